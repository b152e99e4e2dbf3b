/**
 * Goal: the shipped policy says exactly what its sentences say. Method: a decision table of every combination that
 * matters, against a second implementation written independently of Cedar, and broken policies of every sort.
 */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { loadActions } from '../../src/actions/load-actions.ts';
import { sealPlan } from '../../src/core/digest.ts';
import { createPolicy, type ExplainedPolicy } from '../../src/policy/create-policy.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { sampleRequest } from '../../src/policy/sample-request.ts';
import type { PolicyRequest } from '../../src/policy-port.ts';
import { secondPolicy } from '../support/second-policy.ts';

// Whole tables are asked of two implementations; a busy machine takes its time.
vi.setConfig({ testTimeout: 120_000 });

const shipped = fileURLToPath(new URL('../../policies', import.meta.url));

let policy: ExplainedPolicy;
beforeAll(async () => {
  const loaded = await loadPolicy(shipped);
  if (!loaded.ok) throw new Error(loaded.failure.join('\n'));
  policy = loaded.value;
});

const approve = sampleRequest(
  {
    kind: 'rollback-pull-request',
    requester: 'rita',
    blastRadius: { services: 1, files: 2, says: '' },
    expiresAtMs: 900_000,
  },
  {
    action: 'approve',
    principal: { id: 'ana', standing: 'member', onCall: false, groups: ['payments'] },
    owners: ['payments'],
    breakGlass: ['glass'],
  },
  { ageMs: 60_000, distinctApprovers: 2 },
);
const breakGlass: PolicyRequest = {
  ...approve,
  action: 'break-glass',
  principal: { ...approve.principal, groups: ['glass'] },
};
const execute: PolicyRequest = { ...approve, action: 'execute' };
const withPlan = (request: PolicyRequest, change: object): PolicyRequest => ({
  ...request,
  sealed: sealPlan({ ...request.sealed.plan, ...change }),
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

type Principal = PolicyRequest['principal'];
type DecisionRow = Partial<PolicyRequest['context']> & Omit<Principal, 'standing'> & { kind: string; risk: number };

/** What a decision of a person may depend on, by the groups the person may be in. */
const decisionsBy = (groups: readonly string[][]): DecisionRow[] =>
  combinations<DecisionRow>({
    id: ['ana', 'rita'],
    onCall: isOne,
    groups,
    digestMatches: isOne,
    ageMs: [-1, 900_000, 900_001],
    frozen: isOne,
    alreadyApproved: isOne,
    stopped: isOne,
    kind: ['rollback-pull-request', 'shell'],
    authStrength: ['strong', 'chat'],
    risk: [1, 2, 3],
  });

function decisionOf(asked: PolicyRequest, standing: Principal['standing'], row: DecisionRow): PolicyRequest {
  const { id, onCall, groups, kind, risk, ...rest } = row;
  return withContext(withPrincipal(withPlan(asked, { kind, risk }), { id, standing, onCall, groups }), rest);
}

describe('the decision table', () => {
  it.each(['member', 'guest', 'stranger', 'inactive'] as const)(
    'agrees with a second implementation about every approval by a %s',
    (standing) => {
      const rows = decisionsBy([['payments'], ['search']]);
      const wrong = rows.filter((row) => {
        const asked = decisionOf(approve, standing, row);
        return policy.decide(asked).allow !== secondPolicy(asked);
      });
      expect(rows).toHaveLength(4_608);
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

describe('running alone', () => {
  type Row = Partial<PolicyRequest['context']> & {
    kind: string;
    risk: number;
    services: number;
    files: number;
    alone: PolicyRequest['context']['autonomy'];
  };
  const everyAlone = combinations<PolicyRequest['context']['autonomy']>({
    level: ['auto', 'suggest'],
    confirmed: isOne,
    established: isOne,
    earned: isOne,
  });
  const sure = { level: 'auto', confirmed: true, established: true, earned: true } as const;
  const asked = ({ kind, risk, services, files, alone, ...rest }: Row): PolicyRequest =>
    withContext(
      withPlan({ ...execute, action: 'auto-run' }, { kind, risk, blastRadius: { services, files, says: '' } }),
      {
        ...rest,
        autonomy: alone,
      },
    );

  it('agrees with a second implementation in every case, and is allowed in one kind of case only', () => {
    const rows = combinations<Row>({
      alone: everyAlone,
      risk: [1, 2, 3],
      digestMatches: isOne,
      ageMs: [-1, 900_000, 900_001],
      frozen: isOne,
      stopped: isOne,
      runningOnService: [0, 1],
      effectsLastHour: [2, 3],
      kind: ['runbook', 'shell'],
      services: [1, 2],
      files: [100],
    });
    const answers = rows.map((row) => ({
      row,
      allow: policy.decide(asked(row)).allow,
      second: secondPolicy(asked(row)),
    }));
    expect(rows.length).toBeGreaterThan(5_000);
    expect(answers.filter(({ allow, second }) => allow !== second)).toEqual([]);
    expect(answers.filter(({ allow }) => allow).map(({ row }) => row)).toEqual([
      expect.objectContaining({ alone: sure, risk: 1, frozen: false, stopped: false, services: 1, kind: 'runbook' }),
    ]);
  });

  it('never counts as an approval by people, nor people as one', () => {
    const calm: Row = { alone: sure, kind: 'runbook', risk: 1, services: 1, files: 1 };
    expect(policy.decide(asked(calm)).allow).toBe(true);
    expect(
      policy.decide({ ...asked(calm), action: 'execute', context: { ...asked(calm).context, distinctApprovers: 0 } })
        .allow,
    ).toBe(false);
    expect(
      policy.decide(withContext(asked({ ...calm, alone: { ...sure, level: 'approve' } }), { distinctApprovers: 5 }))
        .allow,
    ).toBe(false);
  });
});

describe('the actions of a plan', () => {
  const asked = (actions: readonly string[]) => {
    const steps = actions.map((action, index) => ({ id: `s${index}`, action, parameters: {}, says: action }));
    return policy.decide(withPlan(execute, { steps }));
  };

  it('are those of the catalogue, every one of them and no other', async () => {
    const catalogue = (await loadActions()).map(({ name }) => name);
    expect(asked(catalogue).allow).toBe(true);
    for (const action of catalogue) expect(asked([action]).allow).toBe(true);
    expect(asked([...catalogue, 'shell'])).toMatchObject({
      allow: false,
      reasons: [expect.stringContaining('an action that plans may not use here')],
    });
  });
});

describe('breaking the glass', () => {
  it.each(['member', 'guest', 'stranger', 'inactive'] as const)(
    'agrees with a second implementation for every %s',
    (standing) => {
      const rows = decisionsBy([['glass'], ['payments'], []]);
      const answers = rows.map((row) => {
        const asked = decisionOf(breakGlass, standing, row);
        return { allow: policy.decide(asked).allow, second: secondPolicy(asked) };
      });
      expect(rows).toHaveLength(6_912);
      expect(answers.filter(({ allow, second }) => allow !== second)).toEqual([]);
      // Ana, in the group, right digest, in time, not stopped, known kind: whether on call, frozen or approved before;
      // however she proved who she is at risk 1 and 2, signed in at 3.
      expect(answers.filter(({ allow }) => allow)).toHaveLength(standing === 'member' ? 8 * 5 : 0);
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
    ['a chat account', withContext(withPlan(approve, { risk: 3 }), { authStrength: 'chat' }), 'signed in'],
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
        'DENY execute of sample by ana (risk 1)',
        '  forbid execute-not-in-freeze: A change freeze is on (execute.cedar:54)',
        `  policy ${version}`,
      ].join('\n'),
    );
    expect(policy.explain(withPrincipal(approve, { groups: [] }))).toContain('permit approve-owner-or-on-call');
    expect(policy.explain(approve)).toMatch(/^ALLOW approve of sample by ana/u);
  });

  it('knows where a chat account is not enough by asking the policy', () => {
    expect([1, 2, 3].map((risk) => policy.needsSignIn(risk as 1 | 2 | 3))).toEqual([false, false, true]);
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
