/** A rejection says why where people do: kept as outside text, shown on the closed request, never a condition. */
import { expect, it } from 'vitest';
import { taint } from '../../src/core/tainted.ts';
import { flowStage } from '../support/flow-stage.ts';
import { webCatalogue } from '../support/web-world.ts';

const eve = { id: 'eve', name: 'Eve', onCall: false, accounts: { web: 'w-eve' } };
const stage = flowStage({ ...webCatalogue, people: [...webCatalogue.people, eve] });
const reject = { action: 'reject-plan' } as const;

const record = async () => (await stage.cards()).find(({ kind }) => kind === 'record');

it('keeps the reason tainted in the audit log and shows it with the name on the closed request', async () => {
  const proposed = await stage.propose();
  const reason = taint('<!channel> the deploy is already reverted');

  await stage.decide(proposed.value, 'w-lee', { ...reject, reason });
  await proposed.ended();

  const rows = await stage.rows(proposed);
  const click = rows.find(({ kind }) => kind === 'approval.click');
  expect(click).toMatchObject({ actor: 'lee', body: { decision: 'reject-plan', result: 'rejected', reason } });
  expect((await record())?.lead).toEqual(['Rejected by Lee Tanaka', ': ', reason, '. Nothing ran']);
  expect(stage.flow.target.effects).toEqual([]);
});

it('goes through redaction before it is kept', async () => {
  const { flow } = stage;
  const redactor = { redact: async (text: string) => ({ text: text.replace('hunter2', '[redacted]'), redactions: 1 }) };
  Object.assign(flow.world, { redactor });
  const proposed = await stage.propose();

  await stage.decide(proposed.value, 'w-lee', { ...reject, reason: taint('the password is hunter2') });
  await proposed.ended();

  expect(JSON.stringify(await stage.rows(proposed))).not.toContain('hunter2');
  expect(JSON.stringify(await record())).toContain('the password is [redacted]');
});

it.each([null, taint('   ')])('without a reason (%j) it is still a rejection', async (reason) => {
  const proposed = await stage.propose();

  await stage.decide(proposed.value, 'w-lee', { ...reject, reason });
  await proposed.ended();

  expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('rejected');
  expect((await record())?.lead).toEqual(['Rejected by Lee Tanaka', '. Nothing ran']);
});

it('stops a plan also by who approved it, in a freeze, and by the requester; not by a bystander', async () => {
  const proposed = await stage.propose({ risk: 2 });
  await stage.decide(proposed.value, 'w-lee');
  Object.assign(stage.flow.world, { settings: { ...stage.flow.world.settings, frozen: true } });

  await stage.decide(proposed.value, 'w-eve', reject);
  expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('pending');
  await stage.decide(proposed.value, 'w-lee', reject);
  expect(await stage.stateOf(proposed.sealed.plan.id)).toBe('rejected');
});
