/** A model that says that nothing is wrong, with what shows it: it lowers what the engine says, and nothing else. */
import { beforeEach, expect, it } from 'vitest';
import { taint } from '../../src/core/tainted.ts';
import type { Investigator } from '../../src/flow/investigator.ts';
import { oneDatabase } from '../store/one-database.ts';
import { createFlowWorld, type FlowWorld } from '../support/flow-world.ts';
import { lookAtPayments } from '../support/ranked-look.ts';

const database = oneDatabase();
let flow: FlowWorld;
beforeEach(async () => {
  flow = await createFlowWorld(database());
  return () => flow.engine.shutdown();
});

const spent = { toolCalls: 0, modelTurns: 1, outputTokens: 1, dollars: 0, durationMs: 1 };

/** Says that nothing is wrong, of the newest metrics it was given. */
const contented: Investigator = async ({ evidence }) => {
  const metrics = evidence.find(({ tool }) => tool === 'metrics')?.id ?? 'E99';
  const number = { pointer: '/services/0/errorRatio', value: 0.01 };
  const calm = [{ text: taint('the error ratio of payments is normal'), citations: [{ evidence: metrics, number }] }];
  return {
    kind: 'submitted',
    findings: { outcome: 'nothing-wrong', hypotheses: [], calm },
    challenge: 'not-run',
    endedBy: null,
    spent,
  };
};

const still = (minutesAgo: number): boolean => minutesAgo < 40;

it('a cause that the engine calls Likely is Possible, with the reading against it', async () => {
  const { hypotheses, verdict, said, phase } = await lookAtPayments(flow, still, contented);
  const [first] = hypotheses;
  expect(first?.word).toBe('Possible');
  expect(first?.refutes.map(({ why }) => why.untrusted)).toContain('the error ratio of payments is normal');
  expect(verdict?.['label']).toMatch(/says that nothing is wrong \(E\d+\), so no cause is more than Possible/u);
  expect(said).toContain('Not higher because an objection to it stands');
  expect(phase).not.toBe('closed');
});

it('without it the engine calls that cause Likely', async () => {
  const { hypotheses } = await lookAtPayments(flow, still, null);
  expect(hypotheses[0]?.word).toBe('Likely');
});

it('nothing is wrong where code reads the alerting signal as usual too, and no action is proposed', async () => {
  const { hypotheses, verdict, said, phase } = await lookAtPayments(flow, (ago) => ago >= 20 && ago < 40, contented);
  expect(phase).toBe('closed');
  expect(hypotheses).toEqual([]);
  expect(verdict).toMatchObject({ outcome: 'nothing-wrong' });
  expect(said).toContain('error_ratio of payments is 0.01');
  expect(said).not.toContain('No action proposed');
});
