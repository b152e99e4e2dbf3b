/** People talk to an investigation while it runs: they steer it, stop it, and choose how far it goes. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText } from '../../src/core/plain-text.ts';
import type { Inbound } from '../../src/ports.ts';
import { oneDatabase } from '../store/one-database.ts';
import { clickOn, deliver, sayMention } from '../support/flow-world.ts';
import { createLiveStage, type LiveStage } from '../support/live-stage.ts';
import type { Script } from '../support/messages-server.ts';

const database = oneDatabase();
let stage: LiveStage;
let playing: Script;

const reading = { uses: [{ name: 'queue_depth', input: { service: 'payments' } }] };
const cannotTell = { uses: [{ name: 'submit_findings', input: { outcome: 'cannot-tell', hypotheses: [] } }] };
const weighing = (move: string, because: object | null) => ({
  name: 'update_board',
  input: {
    moves: [{ kind: 'quota', entity: 'payments', change: null, move, because }],
    next: [{ tool: 'queue_depth', service: 'payments' }],
  },
});

beforeEach(async () => {
  playing = () => cannotTell;
  stage = await createLiveStage(database(), (turn, request) => playing(turn, request));
});
afterEach(() => stage.close());

/** Everything the channel shows, as JSON, newest version of each message; whispers by their audience. */
const shown = async (audience: string | null = null): Promise<string> =>
  JSON.stringify((await stage.flow.said()).filter((message) => message.audience === audience));

async function click(action: Extract<Inbound, { type: 'click' }>['action'], value: string): Promise<void> {
  const inbound = { ...clickOn(stage.flow, value, 'w-sam'), action };
  await deliver(stage.flow, inbound);
}

describe('what people say while the model reads', () => {
  it('is in its next turn, as evidence that can be cited, and is acknowledged to who said it', async () => {
    playing = (turn) => (turn === 0 ? reading : cannotTell);
    stage.whileReading = () => sayMention(stage.flow, 'look at payments instead', 'hint');
    await sayMention(stage.flow, 'why is checkout slow?');
    const { id } = await stage.until('settled');
    const ledger = await stage.world.store.evidence(id);
    const [statement] = ledger.filter(({ source }) => source === 'people');
    expect(statement).toMatchObject({
      tool: 'statement',
      provenance: 'C',
      result: { said: 'look at payments instead' },
    });
    expect(JSON.stringify(stage.model.requests.at(-1)?.messages)).toContain(`<statement id=\\"${statement?.id}\\">`);
    expect(await shown('sam')).toContain('I read it before my next step');
  });
});

describe('stop', () => {
  it.each(['said', 'clicked'])('%s: the turn ends within seconds, and the label says who stopped it', async (how) => {
    playing = (turn) => {
      if (turn === 0) return reading;
      if (how === 'said') void sayMention(stage.flow, 'stop', 'halt');
      else void click('stop-investigation', 'INC-1');
      return { hangMs: 15_000 };
    };
    const startMs = performance.now();
    await sayMention(stage.flow, 'why is checkout slow?');
    await stage.until('settled');
    expect(performance.now() - startMs).toBeLessThan(8_000);
    expect(await shown()).toContain('Running without the model: the investigation was stopped');
    expect(stage.model.requests).toHaveLength(2);
  });

  it('is offered while the model reads and gone when it has ended', async () => {
    let during = '';
    playing = (turn) => {
      if (turn === 0) void shown().then((all) => (during = all));
      return turn === 0 ? { hangMs: 200 } : cannotTell;
    };
    await sayMention(stage.flow, 'why is checkout slow?');
    await stage.until('settled');
    expect(during).toContain('stop-investigation');
    await expect.poll(() => shown()).not.toContain('stop-investigation');
  });

  it('without an investigation under way stops nothing, and names what stops actions', async () => {
    await sayMention(stage.flow, 'why is checkout slow?');
    await stage.until('settled');
    await sayMention(stage.flow, 'stop', 'late');
    expect(await shown('sam')).toContain('stop all');
    expect(await stage.world.store.stopped()).toBe(false);
  });

  it('while an action runs is the kill switch', async () => {
    await sayMention(stage.flow, 'why is checkout slow?');
    const { id } = await stage.until('settled');
    await stage.world.store.setPhase(null, id, 'acting');
    await sayMention(stage.flow, 'stop', 'halt');
    expect(await stage.world.store.stopped()).toBe(true);
    await stage.world.store.setStopped(null, false);
  });
});

describe('the depth', () => {
  it('deep shows its price and time first, and begins at the click', async () => {
    await sayMention(stage.flow, 'investigate deep why is checkout slow?');
    expect(stage.model.requests).toHaveLength(0);
    expect(await shown('sam')).toContain('9 dollars (standard 3)');
    expect(await shown('sam')).toContain('3 min (standard 1 min)');
    await click('start-deep', 'why is checkout slow?');
    const { question } = await stage.until('settled');
    expect(question && plainText(question)).toBe('why is checkout slow?');
  });

  it('quick allows a quarter of the reads', async () => {
    playing = () => reading;
    await sayMention(stage.flow, 'investigate quick why is checkout slow?');
    await stage.until('settled');
    expect(await shown()).toContain('Running without the model: the budget of ');
    expect(stage.calls()).toBeLessThanOrEqual(1 + 2);
  });
});

describe('the board', () => {
  it('is one reply in the thread, edited, with the number and the query that moved a hypothesis', async () => {
    const because = {
      text: 'The queue holds 7',
      citations: [{ evidence: 'E2', number: { pointer: '/depth', value: 7 } }],
    };
    playing = (turn) => {
      if (turn === 0) return { uses: [weighing('new', null), ...reading.uses] };
      return turn === 1 ? { uses: [weighing('strengthened', because)] } : cannotTell;
    };
    await sayMention(stage.flow, 'why is checkout slow?');
    await stage.until('settled');
    const boards = (await stage.flow.said()).filter(({ card }) => card?.fallback.startsWith('Working hypotheses'));
    expect(boards).toHaveLength(1);
    const [board] = boards;
    expect(board?.root).not.toBeNull();
    const words = JSON.stringify(board?.card);
    for (const part of [
      'exhausted quota on payments',
      'Strengthened',
      'The queue holds 7',
      'queue_depth ',
      '"code":"depth"',
    ]) {
      expect(words).toContain(part);
    }
  });

  it('never shows a move that the evidence does not bear out', async () => {
    const invented = {
      text: 'The queue holds 9000',
      citations: [{ evidence: 'E1', number: { pointer: '/depth', value: 9_000 } }],
    };
    playing = (turn) => (turn === 0 ? { uses: [weighing('ruled-out', invented), ...reading.uses] } : cannotTell);
    await sayMention(stage.flow, 'why is checkout slow?');
    await stage.until('settled');
    expect(await shown()).not.toContain('9000');
    expect(JSON.stringify(stage.model.requests[1]?.messages.at(-1))).toContain('E1 has 7 at /depth, not 9000');
  });
});
