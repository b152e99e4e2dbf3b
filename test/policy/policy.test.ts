/**
 * Goal: the shipped policy says exactly what its sentences say. Method: a decision table of every combination that
 * matters, against a second implementation written independently of Cedar, and broken policies of every sort.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { sealPlan } from '../../src/core/digest.ts';
import type { Plan } from '../../src/core/plan.ts';
import { createPolicy, type ExplainedPolicy } from '../../src/policy/create-policy.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import type { PolicyRequest } from '../../src/policy-port.ts';
import { secondPolicy } from '../support/second-policy.ts';

const shipped = fileURLToPath(new URL('../../policies', import.meta.url));

let policy: ExplainedPolicy;
beforeAll(async () => {
  const loaded = await loadPolicy(shipped);
  if (!loaded.ok) throw new Error(loaded.failure.join('\n'));
  policy = loaded.value;
});

const plan: Plan = {
  format: 1,
  id: 'PLAN-1',
  version: 1,
  incident: 'INC-1',
  title: 'Roll back #41',
  kind: 'rollback-pull-request',
  service: 'checkout',
  steps: [],
  preconditions: [],
  preview: null,
  rehearsal: [],
  inverse: { says: '', steps: [] },
  risk: 1,
  riskReasons: [],
  blastRadius: { services: 1, files: 2, says: '' },
  expectedEffect: '',
  runsAs: 'causeway',
  requester: 'rita',
  policyVersion: '',
  catalogueVersion: '',
  createdAtMs: 0,
  expiresAtMs: 900_000,
  startWithinMs: 300_000,
};
const context: PolicyRequest['context'] = {
  digestMatches: true,
  ageMs: 60_000,
  frozen: false,
  brokenGlass: false,
  alreadyApproved: false,
  distinctApprovers: 2,
  effectsLastHour: 0,
  runningOnService: 0,
  stopped: false,
};
const approve: PolicyRequest = {
  action: 'approve',
  sealed: sealPlan(plan),
  tier: 1,
  principal: { id: 'ana', standing: 'member', onCall: false, groups: ['payments'] },
  owners: ['payments'],
  breakGlass: ['glass'],
  context,
};
const breakGlass: PolicyRequest = {
  ...approve,
  action: 'break-glass',
  principal: { ...approve.principal, groups: ['glass'] },
};
const execute: PolicyRequest = { ...approve, action: 'execute' };
const withPlan = (request: PolicyRequest, change: object): PolicyRequest => ({
  ...request,
  sealed: sealPlan({ ...plan, ...change }),
});
const withContext = (request: PolicyRequest, change: Partial<PolicyRequest['context']>): PolicyRequest => ({
  ...request,
  context: { ...request.context, ...change },
});
const withPrincipal = (request: PolicyRequest, change: Partial<PolicyRequest['principal']>): PolicyRequest => ({
  ...request,
  principal: { ...request.principal, ...change },
});

/** Every combination of the listed values. */
function combinations<Row extends object>(axes: { readonly [Key in keyof Row]: readonly Row[Key][] }): Row[] {
  let rows: object[] = [{}];
  for (const [key, values] of Object.entries<readonly unknown[]>(axes)) {
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [key]: value })));
  }
  return rows as Row[];
}

const isOne = [true, false];

describe('the decision table', () => {
  it.each(['member', 'guest', 'stranger', 'inactive'] as const)(
    'agrees with a second implementation about every approval by a %s',
    (standing) => {
      type Row = Partial<PolicyRequest['context']> & Omit<PolicyRequest['principal'], 'standing'> & { kind: string };
      const rows = combinations<Row>({
        id: ['ana', 'rita'],
        onCall: isOne,
        groups: [['payments'], ['search']],
        digestMatches: isOne,
        ageMs: [-1, 900_000, 900_001],
        frozen: isOne,
        alreadyApproved: isOne,
        stopped: isOne,
        kind: ['rollback-pull-request', 'shell'],
      });
      const wrong = rows.filter(({ id, onCall, groups, kind, ...rest }) => {
        const asked = withContext(withPrincipal(withPlan(approve, { kind }), { id, standing, onCall, groups }), rest);
        return policy.decide(asked).allow !== secondPolicy(asked);
      });
      expect(rows).toHaveLength(768);
      expect(wrong).toEqual([]);
    },
  );

  it.each([1, 2, 3])('agrees with a second implementation about every start at risk %i', (risk) => {
    type Row = Partial<PolicyRequest['context']> & { kind: string; services: number };
    const rows = combinations<Row>({
      distinctApprovers: [0, 1, 2],
      digestMatches: isOne,
      ageMs: [-1, 1_200_000, 1_200_001],
      frozen: isOne,
      stopped: isOne,
      runningOnService: [0, 1],
      effectsLastHour: [4, 5],
      kind: ['runbook', 'shell'],
      services: [10, 11],
      brokenGlass: isOne,
    });
    const wrong = rows.filter(({ kind, services, ...rest }) => {
      const blastRadius = { services, files: services === 10 ? 1_000 : 1, says: '' };
      const asked = withContext(withPlan(execute, { risk, kind, blastRadius }), rest);
      return policy.decide(asked).allow !== secondPolicy(asked);
    });
    expect(rows).toHaveLength(2_304);
    expect(wrong).toEqual([]);
  });
});

describe('breaking the glass', () => {
  it.each(['member', 'guest', 'stranger', 'inactive'] as const)(
    'agrees with a second implementation for every %s',
    (standing) => {
      type Row = Partial<PolicyRequest['context']> & Omit<PolicyRequest['principal'], 'standing'> & { kind: string };
      const rows = combinations<Row>({
        id: ['ana', 'rita'],
        onCall: isOne,
        groups: [['glass'], ['payments'], []],
        digestMatches: isOne,
        ageMs: [-1, 900_000, 900_001],
        frozen: isOne,
        alreadyApproved: isOne,
        stopped: isOne,
        kind: ['rollback-pull-request', 'shell'],
      });
      const answers = rows.map(({ id, onCall, groups, kind, ...rest }) => {
        const asked = withContext(
          withPrincipal(withPlan(breakGlass, { kind }), { id, standing, onCall, groups }),
          rest,
        );
        return { allow: policy.decide(asked).allow, second: secondPolicy(asked) };
      });
      expect(rows).toHaveLength(1_152);
      expect(answers.filter(({ allow, second }) => allow !== second)).toEqual([]);
      // Ana, in the group, right digest, in time, not stopped, known kind: whether on call, frozen or approved before.
      expect(answers.filter(({ allow }) => allow)).toHaveLength(standing === 'member' ? 8 : 0);
    },
  );

  it.each<[string, Partial<PolicyRequest['context']>, boolean]>([
    ['the quorum', { distinctApprovers: 1 }, true],
    ['the change freeze', { distinctApprovers: 1, frozen: true }, true],
    ['the approval itself', { distinctApprovers: 0 }, false],
    ['the kill switch', { distinctApprovers: 1, stopped: true }, false],
    ['another digest', { distinctApprovers: 1, digestMatches: false }, false],
    ['the age of the plan', { distinctApprovers: 1, ageMs: 1_200_001 }, false],
    ['a plan running on the service', { distinctApprovers: 1, runningOnService: 1 }, false],
    ['the effects of the last hour', { distinctApprovers: 1, effectsLastHour: 5 }, false],
  ])('gets around %s: see the flag', (_what, change, allow) => {
    const asked = withContext(withPlan(execute, { risk: 3 }), { brokenGlass: true, ...change });
    expect(policy.decide(asked).allow).toBe(allow);
    expect(secondPolicy(asked)).toBe(allow);
  });

  it('by nobody where the catalogue names no group', () => {
    expect(policy.decide(breakGlass).allow).toBe(true);
    expect(policy.decide({ ...breakGlass, breakGlass: [] }).allow).toBe(false);
  });
});

describe('reasons', () => {
  it.each<[string, PolicyRequest, string]>([
    ['the requester', withPrincipal(approve, { id: 'rita' }), 'Whoever asked for a plan may not approve it'],
    ['a guest', withPrincipal(approve, { standing: 'guest' }), 'Only members in good standing may approve'],
    ['a bystander', withPrincipal(approve, { groups: [] }), 'No rule allows this approval'],
    ['another version', withContext(approve, { digestMatches: false }), 'what you approve is what runs'],
    ['the 16th minute', withContext(approve, { ageMs: 900_001 }), '15 minutes'],
    ['a freeze', withContext(execute, { frozen: true }), 'A change freeze is on'],
    ['the kill switch', withContext(execute, { stopped: true }), 'Everything is stopped'],
    ['a second plan', withContext(execute, { runningOnService: 1 }), 'Another plan is running'],
    ['a sixth effect', withContext(execute, { effectsLastHour: 5 }), 'Five effects'],
    ['too many services', withPlan(execute, { blastRadius: { services: 11, files: 1, says: '' } }), '10 services'],
    ['an unknown kind', withPlan(execute, { kind: 'kubectl' }), 'not known here'],
  ])('%s is told why', (_who, request, expected) => {
    const { allow, reasons } = policy.decide(request);
    expect(allow).toBe(false);
    expect(reasons.join('\n')).toContain(expected);
  });

  it('explains a decision with the rule and where it stands', () => {
    const version = policy.version.slice(0, 12);
    expect(policy.explain(withContext(execute, { frozen: true }))).toBe(
      [
        'DENY execute of PLAN-1 by ana (risk 1)',
        '  forbid execute-not-in-freeze: A change freeze is on (execute.cedar:54)',
        `  policy ${version}`,
      ].join('\n'),
    );
    expect(policy.explain(withPrincipal(approve, { groups: [] }))).toContain('permit approve-owner-or-on-call');
    expect(policy.explain(approve)).toMatch(/^ALLOW approve of PLAN-1 by ana/u);
  });

  it('counts approvers by asking the policy', () => {
    expect([1, 2, 3].map((risk) => policy.approversNeeded(risk as 1 | 2 | 3))).toEqual([1, 2, 2]);
  });
});

describe('failing closed', () => {
  const rule = (id: string, body: string, effect = 'forbid'): string =>
    `@id("${id}")\n@says("${id}")\n${effect} (principal, action == Causeway::Action::"execute", resource)\n${body};\n`;
  const made = (text: string): ExplainedPolicy => {
    const result = createPolicy([{ file: 'own.cedar', text }]);
    if (!result.ok) throw new Error(result.failure.join('\n'));
    return result.value;
  };

  it('a forbid that cannot be evaluated forbids', () => {
    const overflow = rule('overflow', 'when { context.ageMs * 9223372036854775807 > 0 }');
    const own = made(`${rule('all', 'when { true }', 'permit')}${overflow}`);
    expect(own.decide(withContext(execute, { ageMs: 0 })).allow).toBe(true);
    const { allow, reasons } = own.decide(execute);
    expect(allow).toBe(false);
    expect(reasons[0]).toMatch(/^The policy could not be evaluated, so the answer is no \(overflow: /u);
  });

  it.each([
    ['a fraction', withContext(execute, { ageMs: 1.5 })],
    ['not a number', withContext(execute, { ageMs: Number.NaN })],
    ['beyond 64 bits', withContext(execute, { ageMs: 1e300 })],
    ['nothing at all', withContext(execute, { ageMs: undefined as unknown as number })],
  ])('%s as a number is a deny', (_name, request) => {
    expect(made(rule('all', 'when { true }', 'permit')).decide(request).allow).toBe(false);
  });

  it('policies in one process do not mix', () => {
    const open = made(rule('all', 'when { true }', 'permit'));
    const shut = made(rule('none', 'when { true }'));
    expect([open, shut, open].map((own) => own.decide(execute).allow)).toEqual([true, false, true]);
    expect(shut.approversNeeded(1)).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('the version changes with any character of any file', () => {
    const text = rule('all', 'when { true }', 'permit');
    const version = (files: { file: string; text: string }[]) => {
      const result = createPolicy(files);
      return result.ok ? result.value.version : result.failure;
    };
    const more = { file: 'more.cedar', text: rule('more', 'when { context.frozen }') };
    const own = { file: 'own.cedar', text };
    expect(version([own, more])).toBe(version([more, own]));
    expect(version([own])).not.toBe(version([{ ...own, text: `${text} ` }]));
    expect(version([own])).toMatch(/^[0-9a-f]{64}$/u);
  });
});

describe('a broken policy does not start', () => {
  const good = '@id("a") @says("a")\npermit (principal, action == Causeway::Action::"approve", resource);\n';
  it.each([
    ['syntax', `// é\n${good}permit (principal, action;`, /^own\.cedar:4: unexpected token/u],
    [
      'a misspelt attribute',
      good.replace(';', '\nwhen { principal.onCal };'),
      /^own\.cedar:3: .*did you mean `onCall`/u,
    ],
    ['an unknown action', good.replace('approve', 'aprove'), /^own\.cedar:2: .*did you mean/u],
    ['a wrong type', good.replace(';', ' when { context.ageMs };'), /^own\.cedar:2: /u],
    ['a rule that never applies', good.replace(';', ' when { false };'), /^own\.cedar:1: .*impossible/u],
    ['no id', 'permit (principal, action, resource);', /^own\.cedar:1: a rule needs an id/u],
    ['no sentence', '@id("a") permit (principal, action, resource);', /^own\.cedar:1: the rule a needs a sentence/u],
    ['one id twice', `${good}${good.replace('permit', 'forbid')}`, /^own\.cedar:3: the id a is used twice/u],
    ['a template', '@id("a") permit (principal == ?principal, action, resource);', /templates are not supported/u],
    ['nothing', '// nothing yet\n', /nothing could be approved/u],
  ])('%s', (_name, text, expected) => {
    const result = createPolicy([{ file: 'own.cedar', text }]);
    expect(result.ok ? [] : result.failure).toContainEqual(expect.stringMatching(expected));
  });
});
