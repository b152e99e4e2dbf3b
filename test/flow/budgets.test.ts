/** Bounds over all looks at an incident and over a UTC day, from the store, through the flow, to the posted cards. */
import { afterAll, describe, expect, it } from 'vitest';
import { recordingOf } from '../../src/commands/replay.ts';
import type { Bounds } from '../../src/core/spending.ts';
import { noSharedBounds } from '../../src/core/spending.ts';
import { rerun } from '../../src/flow/rerun.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { replayIncident } from '../../src/replay/replay-incident.ts';
import type { Script } from '../support/messages-server.ts';
import { modelStage, serviceTool, staged } from '../support/model-stage.ts';

const stage = modelStage();

const dayBounds = (change: Partial<Bounds>) => ({
  bounds: { ...noSharedBounds, day: { ...noSharedBounds.day, ...change } },
});
const incidentBounds = (change: Partial<Bounds>) => ({
  bounds: { ...noSharedBounds, incident: { ...noSharedBounds.incident, ...change } },
});

const submit = {
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
            claims: [
              {
                text: 'The queue of payments holds 962',
                citations: [{ evidence: 'E1', number: { pointer: '/depth', value: 962 } }],
              },
            ],
            wrongIf: 'the queue drains',
            against: [],
          },
        ],
      },
    },
  ],
};
const challenge = { uses: [{ name: 'submit_challenge', input: { verdict: 'survived', objection: 'none holds' } }] };
const read = (service: string) => ({ uses: [{ name: 'queue_depth', input: { service } }] });
/** 1,000 + 100 + 10,000 input and 200 output tokens at the list price. */
const turnDollars = 0.005_25;

describe('with the dollars of the day used', () => {
  it('the engine answers alone, says so with the reset, and the model is never asked', async () => {
    await stage.flow.world.store.spend(null, stage.flow.clock.nowMs(), { dollars: 50 });

    const { payloads, server, foot, hypotheses } = await stage.look({
      script: [submit],
      settings: dayBounds({ dollars: 50 }),
    });

    expect(server.requests).toEqual([]);
    const label = "Running without the model: today's budget of 50 dollars is used up; it resets at 00:00 UTC";
    expect(foot).toContain(label);
    expect(foot).toContain('0.00 of 3 dollars · 0 of 9 reads · 2 vendor calls · today 50.00 of 50 dollars');
    expect(payloads.match(/it resets at 00:00 UTC/gu)?.length).toBeGreaterThanOrEqual(3);
    expect(hypotheses.every(({ by }) => by === 'engine')).toBe(true);
  });

  it('the model is asked again after 00:00 UTC', async () => {
    const { clock, world } = stage.flow;
    await world.store.spend(null, clock.nowMs(), { dollars: 50 });
    clock.advance(86_400_000);
    const { server, foot } = await stage.look({ script: [submit, challenge], settings: dayBounds({ dollars: 50 }) });
    expect(server.requests).toHaveLength(2);
    expect(foot).toContain('Investigated with the model');
    expect(foot).toContain('today 0.01 of 50 dollars');
  });

  it('in the middle of an investigation, what was submitted stands, and the label says why it was cut short', async () => {
    const { clock, world } = stage.flow;
    const wrong = structuredClone(submit);
    wrong.uses[0]?.input.hypotheses[0]?.claims.push({
      text: 'It holds 7',
      citations: [{ evidence: 'E9', number: { pointer: '/depth', value: 7 } }],
    });
    const script: Script = () => {
      // Another process spends the rest while this turn is under way.
      void world.store.spend(null, clock.nowMs(), { dollars: 50 });
      return { ...wrong, afterMs: 100 };
    };
    const { server, foot, hypotheses } = await stage.look({ script, settings: dayBounds({ dollars: 50 }) });
    expect(server.requests).toHaveLength(1);
    expect(foot).toContain("cut short: today's budget of 50 dollars is used up; it resets at 00:00 UTC");
    expect(hypotheses[0]).toMatchObject({ by: 'model', kind: 'quota' });
    expect(JSON.stringify(hypotheses)).not.toContain('It holds 7');
  });

  it('parallel incidents pass the bound by at most one turn each', async () => {
    // Room for four turns; each of three investigations would take twenty.
    const bounds = dayBounds({ dollars: turnDollars * 4 });
    const budget = {
      toolCallsMax: 90,
      modelTurnsMax: 20,
      outputTokensMax: 60_000,
      dollarsMax: 3,
      durationMsMax: 60_000,
    };
    let service = 0;
    const script: Script = () => {
      service += 1;
      return read(`payments-${service}`);
    };
    const settings = { ...bounds, budget };
    const { clock, channel } = stage.flow;

    const seen = await Promise.all(
      ['a', 'b', 'c'].map((name) => stage.look({ script, settings, channel: `${channel}-${name}` })),
    );

    const { day } = await stage.world.store.spending(null, clock.nowMs());
    expect(day.dollars).toBeGreaterThanOrEqual(turnDollars * 4 - 1e-9);
    expect(day.dollars).toBeLessThan(turnDollars * (4 + 3));
    for (const { foot } of seen) expect(foot).toContain('resets at 00:00 UTC');
  });
});

describe('with the vendor calls used', () => {
  it('the model’s reads are not made: each is a gap whose fix names the variable, and the findings stand', async () => {
    const { reads, gaps, foot, hypotheses, server } = await stage.look({
      script: [read('checkout'), submit, challenge],
      settings: dayBounds({ vendorCalls: 2 }),
    });
    expect(reads).toEqual([{ service: 'payments' }]);
    expect(gaps).toEqual([
      {
        tool: 'queue_depth',
        reason: "not read: today's budget of 2 vendor calls is used up; it resets at 00:00 UTC",
        blocks: expect.stringContaining('this source'),
        fix: 'wait, or raise DAY_VENDOR_CALLS_MAX and restart',
      },
    ]);
    expect(JSON.stringify(server.requests[1]?.messages.at(-1))).toContain('The read failed: not read');
    expect(foot).toContain("not everything was read: today's budget of 2 vendor calls is used up");
    expect(hypotheses[0]?.by).toBe('model');
  });

  it('the first look of an incident still reads once; another look does not, and says how to fix it', async () => {
    const { clock, world } = stage.flow;
    await world.store.spend(null, clock.nowMs(), { vendorCalls: 20_000 });
    const settings = dayBounds({ vendorCalls: 20_000 });
    const first = await stage.look({ script: [], settings, model: false });
    expect(first.reads).toHaveLength(1);
    expect(first.gaps).toEqual([]);

    const again = await stage.look({ script: [], settings, model: false, question: 'look again please' });

    expect(again.reads).toHaveLength(1);
    expect(again.gaps).toMatchObject([{ fix: 'wait, or raise DAY_VENDOR_CALLS_MAX and restart' }]);
    expect(again.payloads).toContain('DAY_VENDOR_CALLS_MAX');
  });
});

describe('an incident', () => {
  it('does not begin at nothing when it is looked at again: all its looks share its bound', async () => {
    const settings = incidentBounds({ dollars: turnDollars * 2 });
    const first = await stage.look({ script: [submit, challenge], settings });
    expect(first.foot).toContain('Investigated with the model');

    const again = await stage.look({ script: [submit, challenge], settings, question: 'look again please' });

    expect(again.server.requests).toEqual([]);
    expect(again.foot).toContain("Running without the model: this incident's budget of 0.0105 dollars is used up");
    expect(again.foot).toContain('incident 0.01 of 0.0105 dollars');
  });

  it('says on the status what its look, its vendors and the day cost', async () => {
    const { foot, payloads } = await stage.look({ script: [read('checkout'), submit, challenge] });
    const says = '0.02 of 3 dollars · 1 of 9 reads · 4 vendor calls · today 0.02 dollars';
    expect(foot).toContain(says);
    // Slack, Teams and the page.
    expect(payloads.split(says).length - 1).toBeGreaterThanOrEqual(3);
  });

  it('counts what it cost in the row that says so, so that a restart loses nothing', async () => {
    const { incident, rows } = await stage.look({ script: [read('checkout'), submit, challenge] });
    const { incident: spent } = await stage.world.store.spending(incident.id, stage.flow.clock.nowMs());
    const answers = rows.filter(({ kind }) => kind === 'model.response');
    expect(spent.dollars).toBeCloseTo(
      answers.reduce((sum, { body }) => sum + Number(body['dollars']), 0),
      10,
    );
    expect(spent).toMatchObject({ inputTokens: 33_300, outputTokens: 600, toolCalls: 1, vendorCalls: 4 });
  });
});

describe('a budget that is nearly used', () => {
  it('is told to the model in time to conclude', async () => {
    await stage.flow.world.store.spend(null, stage.flow.clock.nowMs(), { dollars: 45 });
    const script: Script = (turn, { messages }) => {
      if (turn > 5) return challenge;
      return JSON.stringify(messages.at(-1)).includes('nearly used') ? submit : read(`checkout-${turn}`);
    };
    const { server } = await stage.look({ script, settings: dayBounds({ dollars: 50 }) });
    expect(server.requests.length).toBeLessThanOrEqual(4);
    expect(staged.depth).toBe(962.4);
  });
});

describe('a replay', () => {
  const redactor = createRedactor({ tokenKey: 'replay', ownCredentials: [] });
  afterAll(() => redactor.close());

  it.each([
    ['that ran to its end', dayBounds({ dollars: 50 }), 0],
    ['that the day cut short', dayBounds({ dollars: 50 }), 50],
    ['whose reads the day ended', dayBounds({ vendorCalls: 2 }), 0],
  ])('of a look %s says the same, footer and label included, whatever was spent since', async (_, settings, later) => {
    const { clock, world } = stage.flow;
    const script: Script = (turn) => {
      if (turn === 0 && later > 0) void world.store.spend(null, clock.nowMs(), { dollars: later });
      return { ...([read('checkout'), submit, challenge][turn] ?? submit), afterMs: 50 };
    };
    const { incident, hypotheses } = await stage.look({ script, settings });
    await world.store.spend(null, clock.nowMs(), { dollars: 999, vendorCalls: 999 });
    const recording = await recordingOf(world.store, incident.id);
    if (!recording) throw new Error('nothing was recorded');

    const replay = await replayIncident(recording, { tools: [serviceTool], redactor });

    expect(replay.differences).toEqual([]);
    expect(hypotheses.length).toBe(later > 0 ? 0 : 1);
  });
});

describe('a read outside an investigation', () => {
  it('counts its vendor calls: a person who re-runs one', async () => {
    const { clock } = stage.flow;
    const { incident, evidence } = await stage.look({ script: [], model: false });
    const [item] = evidence;
    if (!item) throw new Error('nothing was read');
    const before = await stage.world.store.spending(incident.id, clock.nowMs());

    expect(await rerun(stage.world, item)).toBe('same');

    const { incident: after } = await stage.world.store.spending(incident.id, clock.nowMs());
    expect(after).toEqual({ ...before.incident, vendorCalls: before.incident.vendorCalls + 2 });
  });
});
