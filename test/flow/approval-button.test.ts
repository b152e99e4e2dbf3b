/** Clicks whose button is not the one the request shows now: refused with what to do, on record, and nothing runs. */
import { expect, it } from 'vitest';
import type { SignedIn } from '../../src/core/approval.ts';
import { buttonValue } from '../../src/core/approval-button.ts';
import { sealPlan } from '../../src/core/digest.ts';
import { flowStage } from '../support/flow-stage.ts';
import { storedButton } from '../support/plan-button.ts';

const stage = flowStage();
const whispers = async () => (await stage.cards(({ audience }) => audience !== null)).map(({ fallback }) => fallback);
const refusals = async (incident: string) =>
  (await stage.flow.world.store.auditRows({ incident, kind: 'approval.refused' })).map(({ body }) => body['result']);

const set = (signIn: 'none' | 'local' | 'oidc'): void =>
  void Object.assign(stage.flow.world, { settings: { ...stage.flow.world.settings, signIn } });
const signedInAs = (person: string, agoMs = 0, method: SignedIn['method'] = 'local') => ({
  signedIn: { person, method, atMs: stage.flow.clock.nowMs() - agoMs },
});

it('a button somebody made up is refused, whatever they know of the plan', async () => {
  const { sealed, value } = await stage.propose();
  const row = await stage.flow.world.store.plan(sealed.plan.id);
  if (!row) throw new Error('no plan');
  const forged = buttonValue(new Uint8Array(32), row, { decision: 'approve-plan', place: row.place });

  await stage.decide(forged, 'w-lee');
  await stage.decide(
    value.replace(/.$/u, (last) => (last === 'A' ? 'B' : 'A')),
    'w-lee',
  );

  expect(await whispers()).toEqual(Array(2).fill('This button is not one I made, so it decides nothing'));
  expect(await refusals(sealed.plan.incident)).toEqual(['forged-button', 'forged-button']);
  expect(stage.flow.target.effects).toEqual([]);
});

it('a rejecting button approves nothing', async () => {
  const { sealed } = await stage.propose();
  const value = await storedButton(stage.flow.world, sealed.plan.id, { decision: 'reject-plan' });

  await stage.decide(value, 'w-lee');

  expect(await refusals(sealed.plan.incident)).toEqual(['forged-button']);
  expect(await stage.stateOf(sealed.plan.id)).toBe('pending');
});

it('a button that was copied to another channel is refused there', async () => {
  const { sealed, value } = await stage.propose();

  await stage.decide(value, 'w-lee', { place: { platform: 'web', tenant: 'local', channel: 'elsewhere' } });

  expect(await refusals(sealed.plan.incident)).toEqual(['elsewhere']);
  expect(stage.flow.target.effects).toEqual([]);
});

it('a button of an older version is refused, although it was real', async () => {
  const { sealed, value } = await stage.propose();
  const { store } = stage.flow.world;
  const row = await store.plan(sealed.plan.id);
  if (!row) throw new Error('no plan');
  await store.savePlan(null, sealPlan({ ...sealed.plan, version: 2 }), row.place);

  await stage.decide(value, 'w-lee');

  expect(await whispers()).toEqual(['This request was replaced by a newer version']);
  expect(await refusals(sealed.plan.incident)).toEqual(['stale-version']);
});

it('a button of before the upgrade is refused, and the request is drawn again with one that works', async () => {
  const { sealed, ended } = await stage.propose();
  const shown = async () =>
    (await stage.cards(({ audience }) => audience === null)).find(({ kind }) => kind === 'proposal');
  await expect.poll(shown).toBeDefined();

  await stage.decide(`${sealed.plan.id}:1:${sealed.digest.slice(-8)}`, 'w-lee');

  expect(await whispers()).toEqual(['This button is of an older version of me']);
  expect(await refusals(sealed.plan.incident)).toEqual(['old-button']);
  const value = (await shown())?.actions?.[0]?.value ?? '';
  await stage.decide(value, 'w-lee');
  await ended();
  expect(stage.flow.target.effects).toHaveLength(1);
});

it('what is no button at all is on record with the account it came from', async () => {
  await stage.propose();
  const before = await stage.flow.world.store.auditHead();

  await stage.decide('approve everything', 'w-lee');

  const rows = await stage.flow.world.store.auditRows({ afterSeq: before?.seq ?? 0, kind: 'approval.refused' });
  expect(rows).toMatchObject([{ incident: null, actor: 'lee', body: { result: 'unknown-plan' } }]);
  expect(await whispers()).toEqual(['I do not know this plan']);
});

it('a high-risk request has no approving button: one opens the page, the other rejects', async () => {
  const { sealed } = await stage.propose({ risk: 3 });
  const shown = async () => (await stage.cards()).find(({ kind }) => kind === 'proposal');
  await expect.poll(shown).toBeDefined();

  expect((await shown())?.actions?.map(({ id, label, href }) => [id, label, href])).toEqual([
    ['review-plan', 'Review and Approve', `${stage.flow.world.settings.webUrl}/approve/${sealed.plan.id}`],
    ['reject-plan', 'Reject Plan', undefined],
  ]);
});

it.each<[string, () => object, string]>([
  ['a chat account alone', () => ({}), 'sign-in-needed'],
  ['a sign-in of six minutes ago', () => signedInAs('lee', 360_000), 'sign-in-stale'],
  ['a sign-in of the future', () => signedInAs('lee', -60_000), 'sign-in-stale'],
  ['a sign-in as somebody else', () => signedInAs('dana'), 'other-person'],
  ['a sign-in of another kind than is set up', () => signedInAs('lee', 0, 'oidc'), 'sign-in-needed'],
])('high risk is not approved by %s', async (_what, proof, refusal) => {
  const { sealed, value } = await stage.propose({ risk: 3 });

  await stage.decide(value, 'w-lee', proof());

  expect(await refusals(sealed.plan.incident)).toEqual([refusal]);
  expect((await stage.flow.world.store.plan(sealed.plan.id))?.approvals).toEqual([]);
});

it('high risk is approved by two people who signed in, and the record says how', async () => {
  const { sealed, value, ended } = await stage.propose({ risk: 3 });

  await stage.decide(value, 'w-lee', signedInAs('lee'));
  await stage.decide(value, 'w-dana', signedInAs('dana', 200_000));
  await ended();

  expect(stage.flow.target.effects).toHaveLength(1);
  const clicks = await stage.flow.world.store.auditRows({ incident: sealed.plan.incident, kind: 'approval.click' });
  expect(clicks.map(({ body }) => body['strength'])).toEqual(['strong', 'strong']);
});

it('anybody who could approve high risk may reject it from the chat', async () => {
  const { sealed, value } = await stage.propose({ risk: 3 });

  await stage.decide(value, 'w-lee', { action: 'reject-plan' });

  expect(await stage.stateOf(sealed.plan.id)).toBe('rejected');
});

it('where nobody can sign in, high risk cannot be approved, and the card says what to set', async () => {
  set('none');
  const { sealed, value } = await stage.propose({ risk: 3 });
  const shown = async () => (await stage.cards()).find(({ kind }) => kind === 'proposal');
  await expect.poll(shown).toBeDefined();

  await stage.decide(value, 'w-lee', signedInAs('lee'));

  const card = await shown();
  expect(card?.actions?.map(({ id }) => id)).toEqual(['reject-plan']);
  expect(JSON.stringify(card?.lead)).toContain('OIDC_ISSUER');
  expect(await stage.stateOf(sealed.plan.id)).toBe('pending');
  expect(await whispers()).toEqual(['This plan is high risk and nobody can sign in here, so it cannot be approved']);
});

it('approvals that a chat account gave do not start a high-risk plan, even where they were stored', async () => {
  const { sealed, ended } = await stage.propose({ risk: 3 });
  const { store } = stage.flow.world;
  await store.transact(async (transaction) => {
    for (const by of ['lee', 'dana'])
      await store.addApproval(transaction, sealed.plan.id, {
        by,
        digest: sealed.digest,
        atMs: stage.flow.clock.nowMs(),
      });
    await store.movePlan(transaction, sealed.plan.id, ['pending'], 'approved', stage.flow.clock.nowMs());
    const message = { workflow: `remediation:${sealed.plan.id}`, topic: 'decision', body: { outcome: 'approved' } };
    await stage.flow.world.engine.send(transaction, { ...message, key: 'by-hand' });
  });
  await ended();

  expect(await stage.stateOf(sealed.plan.id)).toBe('stopped');
  expect(stage.flow.target.effects).toEqual([]);
});
