/** Acting alone: off until a team turns it on, watched in shadow first, announced with a way to stop it, scored for ever. */
import { beforeEach, expect, it } from 'vitest';
import { parseCatalogue } from '../../src/catalogue-file.ts';
import { autonomyTo } from '../../src/commands/autonomy.ts';
import type { AutonomyRule } from '../../src/core/autonomy.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Plan } from '../../src/core/plan.ts';
import { unearnedRules } from '../../src/flow/autonomy.ts';
import { remediationId, submitPlan } from '../../src/flow/submit-plan.ts';
import { captured } from '../commands/captured.ts';
import { earnedRows, simulatedEvidence, simulatedFailure, simulatedLead } from '../support/approval-failure.ts';
import { flowStage } from '../support/flow-stage.ts';
import { openIncident, sealedFor } from '../support/flow-world.ts';
import { storedButton } from '../support/plan-button.ts';

const stage = flowStage();
const because = 'shadow 10 of 10 by 2026-11-17';
const rule: AutonomyRule = { cause: 'bad-deploy', runbook: null, level: 'auto', shadow: false, because };
/** Tests share a store, and a score is for ever: each has a class of its own. */
let classes = 0;
const failure = () => ({ cause: simulatedFailure.cause, remedy: `remedy-${classes}` });

function set(change: Partial<AutonomyRule> | null): void {
  const { world } = stage.flow;
  Object.assign(world, {
    catalogue: {
      ...world.catalogue,
      autonomy: change === null ? [] : [{ ...rule, runbook: failure().remedy, ...change }],
    },
  });
}

/** Ten right answers in shadow, on record long enough ago. */
const earn = async (): Promise<void> => {
  for (const entry of earnedRows(Date.UTC(2026, 10, 10), failure())) await stage.flow.world.store.audit(null, entry);
};

type Told = { readonly word?: Hypothesis['word']; readonly changes?: Partial<Plan>; readonly provenance?: 'A' | 'C' };

async function propose({ word = 'Confirmed', changes = {}, provenance = 'A' }: Told = {}) {
  const { world, channel, engine } = stage.flow;
  const incident = await openIncident(world, channel);
  const lead = simulatedLead(word);
  await world.store.addEvidence(incident.id, 'one', { ...simulatedEvidence, provenance });
  await world.store.saveHypotheses(null, incident.id, [lead]);
  const sealed = sealedFor(world, { incident: incident.id, ...changes });
  const nothing = { thread: null, before: null, signal: null, status: null };
  await submitPlan(world, { sealed, place: incident.place, ...nothing, cause: lead, remedy: failure().remedy });
  return { sealed, incident, ended: () => engine.finished(remediationId(sealed.plan.id)) };
}

const cards = async (kind: string) =>
  (await stage.cards(({ audience }) => audience === null)).filter((card) => card.kind === kind);
const asked = async () => (await cards('proposal'))[0]?.actions?.map(({ label }) => label);
const marks = async (incident: string) =>
  (await stage.flow.world.store.auditRows({ incident, kind: 'autonomy' })).map(({ body }) => body);

beforeEach(() => {
  classes += 1;
  set(null);
});

it('is off: without a rule nothing is even recorded', async () => {
  const { incident } = await propose();
  await expect.poll(asked).toEqual(['Approve Plan', 'Reject Plan']);
  expect(await marks(incident.id)).toEqual([]);
});

it('in shadow asks people as always, and records what it would have done', async () => {
  set({ level: 'approve', shadow: true, because: null });
  const { incident, sealed } = await propose();

  await expect.poll(asked).toEqual(['Approve Plan', 'Reject Plan']);
  expect(await marks(incident.id)).toMatchObject([
    { plan: sealed.plan.id, digest: sealed.digest, mode: 'shadow', would: true },
  ]);
  stage.flow.clock.advance(61_000);
  expect(await stage.stateOf(sealed.plan.id)).toBe('pending');
});

it.each<[string, Told]>([
  ['a cause that is only likely', { word: 'Likely' }],
  ['more than the lowest risk', { changes: { risk: 2 } }],
  ['free text alone', { provenance: 'C' }],
  ['two services', { changes: { blastRadius: { services: 2, files: 1, says: '2 services' } } }],
])('would not act on %s', async (_what, told) => {
  set({ level: 'approve', shadow: true, because: null });
  const { incident } = await propose(told);

  await expect.poll(() => marks(incident.id)).toMatchObject([{ would: false }]);
});

it('runs an earned class alone: announced, after its minute, once, and says that nobody approved', async () => {
  await earn();
  set({});
  const { sealed, ended, incident } = await propose();
  await expect.poll(asked).toEqual(['Stop It']);
  expect(stage.flow.target.effects).toEqual([]);

  stage.flow.clock.advance(60_000);
  await ended();

  expect(stage.flow.target.effects).toEqual([`${sealed.plan.id}:open`]);
  const decisions = await stage.flow.world.store.auditRows({ incident: incident.id, kind: 'policy.decision' });
  expect(decisions.map(({ body }) => [body['action'], body['allow']])).toEqual(Array(3).fill(['auto-run', true]));
  const receipt = (await cards('receipt'))[0];
  expect(receipt?.facts).toContainEqual({ label: 'Approved by', value: ['nobody: its class is set to auto'] });
});

it('asks people instead when the policy no longer agrees at the end of the minute', async () => {
  await earn();
  set({});
  const { sealed } = await propose();
  await expect.poll(asked).toEqual(['Stop It']);

  await stage.flow.world.store.setStopped(null, true);
  stage.flow.clock.advance(60_000);

  await expect.poll(asked).toEqual(['Approve Plan', 'Reject Plan']);
  expect(await stage.stateOf(sealed.plan.id)).toBe('pending');
  expect(stage.flow.target.effects).toEqual([]);
});

it('anybody who could reject it can stop it, and then nothing runs', async () => {
  await earn();
  set({});
  const { sealed, ended, incident } = await propose();
  await expect.poll(asked).toEqual(['Stop It']);

  const stop = await storedButton(stage.flow.world, sealed.plan.id, { decision: 'reject-plan' });
  await stage.decide(stop, 'w-lee', { action: 'reject-plan' });
  await ended();

  expect(await stage.stateOf(sealed.plan.id)).toBe('rejected');
  expect(stage.flow.target.effects).toEqual([]);
  expect(await unearnedRules(stage.flow.world)).toMatchObject([expect.stringContaining('on record are 1 wrong')]);
  expect(await marks(incident.id)).toHaveLength(1);
});

it('never starts with a rule that names more than is on record, and says what to do', async () => {
  set({ cause: 'quota', because: 'shadow 14 of 14 by 2026-11-20' });

  const [problem] = await unearnedRules(stage.flow.world);

  expect(problem).toContain(`causeway.yaml: autonomy: quota, ${failure().remedy}: auto is not earned`);
  expect(problem).toContain('on record are 0 right by then');
  expect(problem).toContain('shadow: true');
});

it('prints the score per class', async () => {
  await earn();
  set({ level: 'approve', shadow: true, because: null });
  const { exitCode, stdout } = await captured(() => autonomyTo(stage.flow.world, { json: true }));

  const text = `bad-deploy/${failure().remedy}`;
  const mine = JSON.parse(stdout).classes.filter((each: { class: string }) => each.class === text);
  expect(exitCode).toBe(0);
  expect(mine).toEqual([{ class: text, level: 'approve, shadow', would: 10, same: 10, right: 10, wrong: 0 }]);
});

const yaml = (line: string): string => `services: [{ id: shop, title: Shop, tier: 1 }]\nautonomy: [{ ${line} }]`;

it.each([
  ['auto without a score', 'cause: quota, level: auto', 'auto must name the score'],
  ['auto on nine', 'cause: quota, level: auto, because: shadow 9 of 9 by 2026-11-20', 'at least 10'],
  [
    'auto with a wrong one',
    'cause: quota, level: auto, because: shadow 13 of 14 by 2026-11-20',
    'without a single wrong one',
  ],
  ['auto in shadow', 'cause: quota, level: auto, shadow: true, because: shadow 14 of 14 by 2026-11-20', 'exclude'],
  ['auto on a feeling', 'cause: quota, level: auto, because: we trust it', 'auto must name the score'],
  ['nothing named', 'level: observe', 'name a cause, a runbook or both'],
  ['an unknown cause', 'cause: gremlins, level: observe', 'autonomy.0.cause'],
])('the catalogue refuses %s', (_what, line, problem) => {
  const parsed = parseCatalogue(yaml(line));
  expect(parsed.ok ? [] : parsed.failure.join('\n')).toContain(problem);
});

it('the catalogue takes a rule that names its score', () => {
  const parsed = parseCatalogue(yaml('cause: quota, level: auto, because: shadow 14 of 14 by 2026-11-20'));
  expect(parsed).toMatchObject({ ok: true, value: { autonomy: [{ level: 'auto', runbook: null, shadow: false }] } });
});
