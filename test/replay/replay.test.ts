/**
 * An investigation with a scripted model over real HTTP is recorded, then gone through again with nothing but the
 * recording. What code would decide otherwise is found; what did not change is not.
 */

import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordingOf } from '../../src/commands/replay.ts';
import type { Recording } from '../../src/core/recording.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { replayIncident } from '../../src/replay/replay-incident.ts';
import type { Tool } from '../../src/tool.ts';
import { oneDatabase } from '../store/one-database.ts';
import { sayMention } from '../support/flow-world.ts';
import { createLiveStage, type LiveStage, queueTool } from '../support/live-stage.ts';
import type { Script, Scripted } from '../support/messages-server.ts';

const database = oneDatabase();
const redactor = createRedactor({ tokenKey: 'replay', ownCredentials: [] });
let stage: LiveStage;

const claim = { text: 'The queue holds 7', citations: [{ evidence: 'E2', number: { pointer: '/depth', value: 7 } }] };
const script: readonly Scripted[] = [
  {
    uses: [
      {
        name: 'update_board',
        input: {
          moves: [{ kind: 'quota', entity: 'payments', change: null, move: 'new', because: null }],
          next: [{ tool: 'queue_depth', service: 'payments' }],
        },
      },
      { name: 'queue_depth', input: { service: 'payments' } },
    ],
  },
  {
    uses: [
      {
        name: 'submit_findings',
        input: {
          outcome: 'causes',
          hypotheses: [
            {
              kind: 'quota',
              entity: 'payments',
              change: null,
              claims: [claim],
              wrongIf: 'the queue drains',
              against: [],
            },
          ],
        },
      },
    ],
  },
  { uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: 'none holds' } }] },
];

let playing: Script;
beforeEach(async () => {
  playing = (turn) => script[turn] ?? { status: 500, type: 'api_error' };
  stage = await createLiveStage(database(), (turn, request) => playing(turn, request));
});
afterEach(() => stage.close());
afterAll(async () => {
  await redactor.close();
});

async function investigated(other?: Script): Promise<Recording> {
  if (other) playing = other;
  await sayMention(stage.flow, 'why is checkout slow?');
  const incident = await stage.until('settled');
  const { store } = stage.world;
  // The last message follows the phase.
  const noPlan = async () => (await store.tape(incident.id)).some(({ key }) => key === 'first/no-plan');
  await expect.poll(noPlan, { timeout: 5_000 }).toBe(true);
  const recording = await recordingOf(store, incident.id);
  if (recording === null) throw new Error('nothing is on record');
  return recording;
}

const replayed = (recording: Recording, tools: readonly Tool[] = [queueTool]) =>
  replayIncident(recording, { tools, redactor });
const altered = (recording: Recording, key: string, change: (document: string) => string): Recording => ({
  ...recording,
  tape: recording.tape.map((entry) =>
    entry.key === key ? { key, document: JSON.parse(change(JSON.stringify(entry.document))) } : entry,
  ),
});

describe('a recorded investigation', () => {
  it('is the same when nothing changed: verdict, posts and every request to the model, without key or network', async () => {
    const recording = await investigated();
    const asked = { calls: stage.calls(), requests: stage.model.requests.length };
    await stage.model.close();

    const result = await replayed(recording);

    expect(result).toMatchObject({ rounds: 1, modelTurns: 3, differences: [] });
    expect(asked).toEqual({ calls: 2, requests: 3 });
    expect({ calls: stage.calls(), requests: stage.model.requests.length }).toEqual(asked);
  });

  it('is the same when a person stopped it: it ends there again', async () => {
    const recording = await investigated((turn) => {
      if (turn === 1) void sayMention(stage.flow, 'stop', 'halt');
      return turn === 0 ? (script[0] ?? { hangMs: 1 }) : { hangMs: 5_000 };
    });
    expect(recording.audit.some(({ kind }) => kind === 'investigation.stop')).toBe(true);
    expect(await replayed(recording)).toMatchObject({ modelTurns: 2, differences: [] });
  });

  it('is the same when people talked to it, also about what it should look at', async () => {
    stage.whileReading = () => sayMention(stage.flow, 'look at payments instead', 'hint');
    const recording = await investigated();
    expect(recording.evidence.map(({ source }) => source)).toContain('people');
    expect(await replayed(recording)).toMatchObject({ differences: [] });
  });

  it('differs when a tool describes itself otherwise: the model would be asked something else', async () => {
    const recording = await investigated();
    const { differences } = await replayed(recording, [
      { ...queueTool, description: 'The depth of a queue, reworded since.' },
    ]);
    expect(differences).toContain('model.request of turn 1 says something else than then');
  });

  it('differs when the first look would have read something that was not read', async () => {
    const recording = await investigated();
    const { differences } = await replayed(recording, [
      { ...queueTool, probes: () => [{ service: 'a' }, { service: 'b' }] },
    ]);
    expect(differences).toContain('this code takes the step look:queue_depth:1, which was not taken then');
  });

  it('differs when a card would say something else', async () => {
    const recording = altered(await investigated(), 'first/greet', (text) =>
      text.replace(/"sha256":"..../u, '"sha256":"0000'),
    );
    const { differences } = await replayed(recording);
    expect(differences).toEqual(['greet shows something else than then']);
  });

  it('differs when the model is recorded to have answered something else', async () => {
    const recording = await investigated();
    const raw = (recording.raw ?? []).map(({ sha256, document }) => ({
      sha256,
      document: JSON.parse(JSON.stringify(document).replaceAll('"value":7', '"value":8')),
    }));
    const { differences } = await replayed({ ...recording, raw });
    expect(differences).toContain('model.request of turn 3 says something else than then');
  });

  it('cannot be told when what the model said was deleted: it says which turns are missing', async () => {
    const { raw = [], ...recording } = await investigated();
    const { differences, rounds } = await replayed({ ...recording, raw: raw.slice(1) });
    expect(rounds).toBe(0);
    expect(differences).toEqual([expect.stringMatching(/^what the model said in turn \d is gone/u)]);
  });

  it('is the same for an export of before the words of models were sealed', async () => {
    const { raw = [], ...recording } = await investigated();
    const audit = recording.audit.map((row) => {
      const { contentSha256, ...body } = row.body;
      const content = raw.find(({ sha256 }) => sha256 === contentSha256)?.document;
      return content === undefined ? row : { ...row, body: { ...body, content } };
    });
    expect((await replayed({ ...recording, audit })).differences).toEqual([]);
  });

  it('leaves no word of the model in the audit log', async () => {
    const { audit, raw } = await investigated();
    expect(JSON.stringify(audit)).not.toContain('submit_findings');
    expect(JSON.stringify(raw)).toContain('submit_findings');
  });

  it('differs when evidence is not what the ledger holds', async () => {
    const recording = await investigated();
    const evidence = recording.evidence.map((item) => (item.id === 'E2' ? { ...item, result: { depth: 8 } } : item));
    const { differences } = await replayed({ ...recording, evidence });
    expect(differences.length).toBeGreaterThan(0);
  });

  it('differs when something that was said is not said any more', async () => {
    const recording = await investigated();
    const extra = { key: 'first/one-more', document: { atMs: 1, value: null, shown: [] } };
    const { differences } = await replayed({ ...recording, tape: [...recording.tape, extra] });
    expect(differences).toEqual(['one-more was said then and is not said now']);
  });
});
