/** What a model says of the evidence, through the SDK, HTTP, the gate and the store, to what three platforms are sent. */
import { describe, expect, it } from 'vitest';
import { modelStage, staged } from '../../support/model-stage.ts';
import {
  challenge,
  cite,
  claim,
  expectEngineAlone,
  expectHarmless,
  expectSaid,
  expectUnsaid,
  insisting,
  proven,
  quote,
  read,
  submitting,
} from '../../support/scripted-model.ts';

const stage = modelStage();
const { note } = staged;

describe('what the evidence proves', () => {
  it.each<[string, unknown, string]>([
    ['a number as stored', claim('The queue of payments holds 962.4 now', cite('/depth', 962.4)), '962.4 now'],
    ['a number rounded', claim('The queue of payments holds 960 now', cite('/depth', 962)), 'holds 960 now'],
    ['two numbers', claim('It went from 310 to 962', cite('/before', 310), cite('/depth', 962)), 'from 310 to 962'],
    [
      'a quote',
      claim('A line says that the pool is exhausted', quote('TimeoutError: pool exhausted')),
      'pool is exhausted',
    ],
    ['a number of its quote', claim('It gave up after 30 s', quote(note)), 'gave up after 30 s'],
  ])('is said on all three platforms: %s', async (_, statement, said) => {
    const seen = await stage.look({ script: [submitting(statement), challenge()] });
    expectSaid(seen, said);
    expect(seen.hypotheses[0]?.by).toBe('model');
  });

  it('is said after parallel reads, each answered in the order asked', async () => {
    const second = claim('The queue of catalog holds 962', cite('/depth', 962, 'E3'));
    const seen = await stage.look({
      script: [read('checkout', 'catalog', 'cart'), submitting(proven, second), challenge()],
    });
    expectSaid(seen, 'The queue of catalog holds 962');
    expect(seen.reads).toEqual(['payments', 'checkout', 'catalog', 'cart'].map((service) => ({ service })));
    expect(seen.evidence.map(({ id }) => id)).toEqual(['E1', 'E2', 'E3', 'E4']);
    const results = seen.server.requests[1]?.messages.at(-1)?.content.filter(({ type }) => type === 'tool_result');
    expect(results?.map(({ tool_use_id: id }) => id)).toEqual(['toolu_1_0', 'toolu_1_1', 'toolu_1_2']);
    expect(seen.server.complaints).toEqual([]);
  });
});

const altered: readonly (readonly [string, string])[] = [
  ['one letter', note.replace('exhausted', 'exhausteb')],
  ['the case', note.toUpperCase()],
  ['a homoglyph', note.replace('o', 'о')],
  ['a zero-width sign', note.replace('pool', 'po\u200bol')],
  ['a soft hyphen', note.replace('pool', 'po\u00adol')],
  ['letters that are equal after NFKC', note.replace('pool', 'ｐｏｏｌ')],
  ['a composed letter', note.replace('e', 'e\u0301')],
  ['a blank more', note.replace(' pool', '  pool')],
  ['its beginning', `Fatal ${note}`],
];

describe('what the evidence does not prove', () => {
  const marker = 'A line of the queue tells it';

  it.each(altered)('is not said: a quote with %s altered', async (_, words) => {
    const seen = await stage.look({ script: insisting(submitting(proven, claim(marker, quote(words)))) });
    expectUnsaid(seen, marker);
    expectSaid(seen, 'The queue of payments holds 962');
    expect(JSON.stringify(seen.cards)).toContain('1 unsupported statements dropped');
  });

  it.each<[string, unknown]>([
    ['evidence that nobody took', claim(marker, quote(note, 'E77'))],
    ['a number that is not there', claim(`${marker}: 999`, cite('/depth', 999))],
    ['a wrong rounding', claim(`${marker}: 963`, cite('/depth', 963))],
    ['a rounding to one digit', claim(`${marker}: 1000`, cite('/depth', 1000))],
    ['a number rounded twice', claim(`${marker}: 3.2`, cite('/before', 315))],
    ['another number than it cites', claim(`${marker}: 961`, cite('/depth', 962))],
    ['a number that nothing cites', claim(`${marker}: 962 for 40 minutes`, cite('/depth', 962))],
    ['a larger unit', claim(`${marker}: 962k`, cite('/depth', 962))],
    ['digits of another script', claim(`${marker}: ٩٩٩`, cite('/depth', 962))],
    ['a pointer to a text', claim(`${marker}: 962`, cite('/note', 962))],
    ['a pointer into the prototype', claim(`${marker}: 962`, cite('/__proto__/depth', 962))],
    ['calm without a measurement', claim(`${marker}: checkout is healthy`, quote(note))],
  ])('is not said: %s', async (_, statement) => {
    const seen = await stage.look({ script: insisting(submitting(proven, statement)) });
    expectUnsaid(seen, marker);
    expectSaid(seen, 'The queue of payments holds 962');
    expect(JSON.stringify(seen.cards)).toContain('1 unsupported statements dropped');
  });

  it('leaves the engine’s word when nothing else was submitted', async () => {
    const seen = await stage.look({ script: insisting(submitting(claim(marker, quote('nobody ever said this')))) });
    expectUnsaid(seen, marker);
    expect(seen.hypotheses.every(({ by }) => by === 'engine')).toBe(true);
    expect(seen.foot).toContain('Investigated with the model');
  });

  it('may be what would prove a cause wrong, but then without its numbers', async () => {
    const findings = submitting(proven);
    const input = 'uses' in findings ? structuredClone(findings.uses[0]?.input) : null;
    const changed = JSON.parse(JSON.stringify(input).replace('the queue drains', 'fewer than 4711 wait'));
    const seen = await stage.look({
      script: insisting({ uses: [{ name: 'submit_findings', input: changed }] }),
    });
    expectUnsaid(seen, '4711');
    expectSaid(seen, 'the cited readings turn out to mean something else');
    expect(seen.hypotheses[0]?.by).toBe('model');
  });
});

describe('evidence of another incident', () => {
  it('cannot be cited, and cannot be looked at', async () => {
    const { world, channel } = stage.flow;
    const other = await world.store.transact((transaction) =>
      world.store.openIncident(transaction, {
        place: { platform: 'web', tenant: 'local', channel: `${channel}-other` },
        phase: 'closed',
        openedAtMs: world.clock.nowMs(),
        openedBy: 'sam',
        question: null,
        symptom: null,
        onsetMs: null,
      }),
    );
    const words = 'the other incident holds customer data';
    const first = await stage.look({ script: [submitting(proven), challenge()] });
    const [sample] = first.evidence;
    if (!sample) throw new Error('nothing was read');
    for (let item = 1; item <= 4; item += 1)
      await world.store.addEvidence(other.id, `k${item}`, { ...sample, result: { words, item } });

    const closer = (evidence: string) => ({ name: 'look_closer', input: { evidence } });
    const asked = {
      uses: [closer('E4'), closer(`${other.id}:E1`), closer(`../${other.id}/E1`), closer('E1')],
    };
    const stolen = claim('It holds customer data', quote(words, 'E4'), quote(words, 'E1'));
    const seen = await stage.look({
      script: (turn, request) => (turn === 0 ? asked : insisting(submitting(proven, stolen))(turn, request)),
      question: 'look again please',
    });

    expectUnsaid(seen, 'customer data');
    const shown = seen.server.requests.flatMap(({ messages }) => messages.filter(({ role }) => role === 'user'));
    expect(JSON.stringify(shown)).not.toContain('the other incident holds');
    expectHarmless(seen);
  });
});

describe('a model that says it cannot tell', () => {
  it('is taken at its word: people are told, and nothing is proposed', async () => {
    const seen = await stage.look({
      script: [{ uses: [{ name: 'submit_findings', input: { outcome: 'cannot-tell', hypotheses: [] } }] }],
    });
    expectHarmless(seen);
    expect(seen.foot).toContain('it cannot tell the cause');
  });

  it('is not heard over its own words: a submission that is prose is no finding', async () => {
    const seen = await stage.look({ script: () => ({ uses: [], text: 'It is the database, 99% sure. Restart it.' }) });
    expectEngineAlone(seen, 'the model submitted nothing');
    expectUnsaid(seen, '99% sure');
    expect(seen.server.requests.length).toBeLessThanOrEqual(3);
  });
});
