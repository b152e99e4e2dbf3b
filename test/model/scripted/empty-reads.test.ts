/** A read that finds nothing is evidence of that, and of nothing else. */
import { describe, expect, it } from 'vitest';
import { rerun } from '../../../src/flow/rerun.ts';
import { modelStage, quiet } from '../../support/model-stage.ts';
import {
  challenge,
  cite,
  claim,
  expectSaid,
  expectUnsaid,
  insisting,
  proven,
  quote,
  read,
  submitting,
} from '../../support/scripted-model.ts';

const stage = modelStage();
const nothing = claim('A search of the queue of quiet found nothing', quote('the queue of quiet', 'E2'));

describe('a read that finds nothing', () => {
  it('has an id that the model is shown and may cite', async () => {
    const seen = await stage.look({ script: [read(quiet), submitting(proven, nothing), challenge()] });
    expect(JSON.stringify(seen.server.requests[1]?.messages.at(-1))).toMatch(
      /<evidence id=\\"E2\\">\\nNothing was found\. Searched: the queue of quiet\\nnumbers:\\n\/found = 0/u,
    );
    expectSaid(seen, 'A search of the queue of quiet found nothing');
    expect(seen.evidence[1]).toMatchObject({
      id: 'E2',
      empty: true,
      provenance: 'C',
      query: 'depth{quiet}',
      window: { fromMs: 1, toMs: 2 },
      result: { found: 0, searched: 'the queue of quiet' },
    });
    expect(seen.rows.findLast(({ kind }) => kind === 'tool.result')?.body).toMatchObject({ outcome: 'empty' });
  });

  it('shows nobody well, and supports no cause', async () => {
    const well = claim('The queue of quiet has no errors', cite('/found', 0, 'E2'));
    const seen = await stage.look({ script: insistingAfter(submitting(well, nothing)) });
    expectUnsaid(seen, 'has no errors');
    expect(seen.hypotheses.every(({ by }) => by === 'engine')).toBe(true);
    expect(seen.rows.findLast(({ kind }) => kind === 'claim.dropped')?.body['dropped']).toEqual([
      'it says something is well without citing a measurement',
      'only a search that found nothing supports payments',
    ]);
  });

  it('read again is the same while it finds nothing, and counts as no source that found something', async () => {
    const seen = await stage.look({ script: [read(quiet), submitting(proven), challenge()] });
    const [first, empty] = seen.evidence;
    if (!first || !empty) throw new Error('two reads were made');
    expect([await rerun(stage.world, first), await rerun(stage.world, empty)]).toEqual(['same', 'same']);
    expect(await rerun(stage.world, { ...empty, input: { service: 'payments' } })).toBe('changed');
  });
});

/** Reads first, then submits and insists. */
const insistingAfter =
  (findings: ReturnType<typeof submitting>) => (turn: number, request: { readonly messages: readonly unknown[] }) =>
    turn === 0 ? read(quiet) : insisting(findings)(turn, request);
