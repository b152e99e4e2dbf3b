/** Goal: when a change cannot be reverted, what runs can still be taken back; and nothing is proposed for want of facts. */
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { action as dispatch } from '../../src/actions/github-workflow-dispatch.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import { done } from '../../src/core/result.ts';
import { compileRemedy } from '../../src/flow/propose.ts';
import type { RollbackDraft } from '../../src/flow/rollback-port.ts';
import type { ConnectedAction, World } from '../../src/flow/world.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, openIncident } from '../support/flow-world.ts';
import { sampleHypothesis } from '../support/sample-hypothesis.ts';

const database = oneDatabase();

/** GitHub where every workflow exists. */
const github: ConnectedAction = {
  action: dispatch,
  connected: {
    dryRun: () => Promise.resolve(done(['one call'])),
    check: () => Promise.resolve(done(null)),
    execute: () => Promise.resolve(done({ conclusion: 'success' })),
    reconcile: () => Promise.resolve(done(null)),
    undo: () => [],
  },
};

const telemetry: Telemetry = {
  alert: null,
  window: { fromMs: 0, toMs: 1 },
  services: [],
  edges: [],
  series: [],
  logs: [],
  edgeStats: [],
  changes: [],
};

const badDeploy: Hypothesis = {
  ...sampleHypothesis,
  kind: 'bad-deploy',
  change: { repository: 'acme/payments', sha: 'a'.repeat(40), pullNumber: 41, mergedAtMs: 1 },
};

async function propose(lead: Hypothesis, draft: RollbackDraft) {
  const flow = await createFlowWorld(database());
  const folder = fileURLToPath(new URL('../../runbooks', import.meta.url));
  const { runbooks } = await loadRunbooks(folder, [dispatch.name]);
  const world: World = { ...flow.world, runbooks, actions: [github], planRollback: () => Promise.resolve(draft) };
  return compileRemedy(world, { incident: await openIncident(world, flow.channel), lead, telemetry });
}

const conflict: RollbackDraft = { kind: 'conflict', why: 'changed since', files: [{ path: 'a.ts', why: 'edited' }] };

it('a conflicting revert gives way to deploying the version before that very change', async () => {
  const compiled = await propose(badDeploy, conflict);
  if (compiled.kind !== 'plan') throw new Error(compiled.why);
  const { steps, inverse, risk, blastRadius, rehearsal } = compiled.sealed.plan;
  expect(steps[0]?.parameters).toMatchObject({
    workflow: 'roll-back.yml',
    inputs: { service: 'payments', repository: 'acme/payments', pull: '41', version: 'before' },
  });
  expect(inverse.steps[0]?.parameters).toMatchObject({ inputs: { version: 'newest' } });
  expect({ risk, services: blastRadius.services, rehearsal }).toEqual({
    risk: 2,
    services: 1,
    rehearsal: ['one call'],
  });
});

it('a change without a pull request cannot be named to the workflow, so the conflict is told', async () => {
  const change = { repository: 'acme/payments', sha: 'a'.repeat(40), pullNumber: null, mergedAtMs: 1 };
  expect(await propose({ ...badDeploy, change }, conflict)).toMatchObject({
    kind: 'none',
    why: 'The change cannot be taken back cleanly: changed since',
  });
});

it('a change that is already taken back is not deployed away', async () => {
  expect(await propose(badDeploy, { kind: 'already-reverted' })).toMatchObject({ kind: 'none' });
});

it('a cause that is only Possible asks two people for a runbook that one could approve', async () => {
  const lead: Hypothesis = { ...badDeploy, kind: 'certificate', change: null, word: 'Possible' };
  const compiled = await propose(lead, conflict);
  if (compiled.kind !== 'plan') throw new Error(compiled.why);
  expect(compiled.sealed.plan.risk).toBe(2);
  expect(compiled.sealed.plan.riskReasons).toContain('the cause is only Possible');
});

it('a cause without its facts gets no proposal, and people are told whom to ask', async () => {
  const lead: Hypothesis = { ...badDeploy, kind: 'resource-exhaustion', change: null };
  expect(await propose(lead, conflict)).toEqual({
    kind: 'none',
    why: 'No action in the catalogue fixes this cause',
    fix: 'Owners of Payments: payments-oncall.',
  });
});
