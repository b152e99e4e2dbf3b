import { describe, expect, it } from 'vitest';
import { nezha } from '../../bench/rca/load-nezha.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { Span, Telemetry, TracedLine } from '../../src/rootcause/telemetry.ts';
import { optionalData } from '../support/optional-data.ts';

const startMs = Date.UTC(2026, 0, 1);
const boundaryMs = startMs + 60_000;

/** Times in milliseconds of one request: the shop calls two services, one of which calls a store. */
type Request = { readonly network: number; readonly work: number; readonly isBroken: boolean };
const usual: Request = { network: 2, work: 10, isBroken: false };

function requestAt(id: string, atMs: number, { network, work, isBroken }: Request): readonly Span[] {
  const shared = { trace: id, startMs: atMs };
  const spans: readonly Span[] = [
    { ...shared, span: '1', parent: null, service: 'shop', operation: 'buy', durationMs: 40 + work + 2 * network },
    { ...shared, span: '2', parent: '1', service: 'shop', operation: 'POST cart', durationMs: 12 + network },
    { ...shared, span: '3', parent: '2', service: 'cart', operation: 'add', durationMs: 12 },
    { ...shared, span: '4', parent: '1', service: 'shop', operation: 'POST stock', durationMs: 8 + work },
    { ...shared, span: '5', parent: '4', service: 'stock', operation: 'reserve', durationMs: 6 + work },
    { ...shared, span: '6', parent: '5', service: 'stock', operation: 'SELECT', durationMs: 3 },
  ];
  return isBroken ? spans.slice(0, 5) : spans;
}

type Given = { readonly now: Partial<Request>; readonly lines?: readonly TracedLine[]; readonly skewMs?: number };

/** Thirty requests before and thirty after the boundary. */
function incident({ now, lines = [], skewMs = 0 }: Given): Telemetry {
  const requests = Array.from({ length: 60 }, (_, at) => {
    const isPast = at < 30;
    const jitter = (at % 5) / 5;
    const request = { ...usual, ...(isPast ? {} : now) };
    return requestAt(`t${at}`, startMs + at * 2_000 + 1, { ...request, work: request.work + jitter });
  });
  return {
    alert: null,
    window: { fromMs: boundaryMs, toMs: boundaryMs + 60_000 },
    services: [],
    edges: [],
    series: [],
    logs: [],
    edgeStats: [],
    changes: [],
    spans: requests
      .flat()
      .map((span) => (span.service === 'cart' ? { ...span, startMs: span.startMs + skewMs } : span)),
    lines,
  };
}

const windowOf = (requests: number) => ({ fromMs: boundaryMs, toMs: boundaryMs + requests * 2_000 });

const lineOf = (at: number, message: string): TracedLine => ({
  service: 'stock',
  atMs: startMs + at * 2_000 + 1,
  level: '',
  message,
  trace: `t${at}`,
  span: '5',
});

describe('from raw traces', () => {
  it('a slow network is found between two services that are both well', () => {
    const [first] = rank(incident({ now: { network: 300 } })).causes;

    expect(first).toMatchObject({ entity: 'cart', kind: 'network' });
    expect(first?.reasons[0]?.says).toContain('Between shop and cart');
  });

  it('reasons cite the evidence their spans came from', () => {
    const given = incident({ now: { work: 200 } });
    const spans = (given.spans ?? []).map((span) => ({ ...span, evidence: 'E7' as const }));

    expect(rank({ ...given, spans }).causes[0]?.reasons[0]?.evidence).toEqual(['E7']);
  });

  it('a service that works longer by itself is told from its callers', () => {
    const [first] = rank(incident({ now: { work: 200 } })).causes;

    expect(first).toMatchObject({ entity: 'stock' });
    expect(first?.reasons[0]?.channel).toBe('self-time');
  });

  it('a service that stops making a call it always made is blamed, though nothing is slow and nothing fails', () => {
    const [first] = rank(incident({ now: { isBroken: true } })).causes;

    expect(first).toMatchObject({ entity: 'stock' });
    expect(first?.reasons.map(({ says }) => says).join(' ')).toContain('0 of 30, before 30 of 30');
  });

  it('a line that is no longer logged is missed, and a new failure is noticed', () => {
    const lines = Array.from({ length: 60 }, (_, at) =>
      lineOf(at, at < 30 ? `reserved ${at} pieces for order ${at}` : `ERROR cannot reserve for order ${at}`),
    );
    const [first] = rank(incident({ now: {}, lines })).causes;

    expect(first).toMatchObject({ entity: 'stock' });
    expect(first?.reasons.map(({ says }) => says).join(' ')).toMatch(/no longer log.*|log a failure never seen/u);
  });

  it('raw lines of no trace are mined and compared with as long a stretch before', () => {
    const lines = Array.from({ length: 60 }, (_, at): TracedLine => {
      const message = at < 30 ? `served order ${at}` : `out of memory while serving order ${at}`;
      return { service: 'cart', atMs: startMs + at * 2_000 + 1, level: at < 30 ? 'info' : 'error', message };
    });
    const [first] = rank({ ...incident({ now: {} }), spans: [], lines, window: windowOf(30) }).causes;

    expect(first).toMatchObject({ entity: 'cart' });
    expect(first?.reasons[0]?.says).toContain('30 against 0 lines');
  });

  it('nothing is claimed when nothing changed', () => {
    const lines = Array.from({ length: 60 }, (_, at) => lineOf(at, `reserved ${at} pieces for order ${at}`));

    expect(rank(incident({ now: {}, lines })).causes).toEqual([]);
  });

  it('clocks that differ between machines change nothing', () => {
    const [exact, skewed] = [0, 700].map((skewMs) => rank(incident({ now: { network: 300 }, skewMs })).causes[0]);

    expect(skewed?.entity).toBe(exact?.entity);
    expect(skewed?.score).toBeCloseTo(exact?.score ?? 0, 1);
  });

  it('spans without parents, rings of parents and impossible durations do not break it', () => {
    const good = incident({ now: { network: 300 } });
    const [one] = good.spans ?? [];
    if (one === undefined) throw new Error('no spans');
    const odd: readonly Span[] = [
      { ...one, trace: 'ring', span: 'a', parent: 'b' },
      { ...one, trace: 'ring', span: 'b', parent: 'a' },
      { ...one, trace: 'self', span: 'a', parent: 'a' },
      { ...one, trace: 'lost', span: 'a', parent: 'nobody' },
      { ...one, trace: 'negative', durationMs: -5 },
      { ...one, trace: 'nan', durationMs: Number.NaN },
    ];

    expect(rank({ ...good, spans: [...(good.spans ?? []), ...odd] }).causes[0]?.entity).toBe('cart');
  });

  it('of more spans than are needed a sample of whole traces is compared, in any order the same', () => {
    const given = incident({ now: { network: 300 } });
    const copies = Array.from({ length: 120 }, (_, at) =>
      (given.spans ?? []).map((span) => ({ ...span, trace: `${span.trace}-${at}` })),
    );
    const flood = { ...given, spans: copies.flat() };
    const ranking = rank(flood);

    expect(ranking.causes[0]).toMatchObject({ entity: 'cart', kind: 'network' });
    expect(rank({ ...flood, spans: flood.spans.toReversed() })).toEqual(ranking);
  });

  it('the order of spans and lines does not matter', () => {
    const lines = Array.from({ length: 60 }, (_, at) => lineOf(at, at < 30 ? 'reserved' : 'ERROR cannot reserve'));
    const given = incident({ now: { network: 50 }, lines });
    const turned = { ...given, spans: (given.spans ?? []).toReversed(), lines: lines.toReversed() };

    expect(rank(turned)).toEqual(rank(given));
  });

  it('both ends of calls as series show a slow network without any span', () => {
    const points = (after: number) =>
      Array.from({ length: 20 }, (_, at) => [startMs + at * 60_000, at < 15 ? 5 + (at % 2) : after] as const);
    const given = incident({ now: {} });
    const { causes } = rank({
      ...given,
      spans: [],
      window: { fromMs: startMs + 15 * 60_000, toMs: startMs + 20 * 60_000 },
      callSeries: [
        { from: 'shop', to: 'cart', side: 'caller', points: points(400) },
        { from: 'shop', to: 'cart', side: 'callee', points: points(4) },
        { from: 'shop', to: 'stock', side: 'caller', points: points(6) },
        { from: 'shop', to: 'stock', side: 'callee', points: points(5) },
      ],
    });

    expect(causes[0]).toMatchObject({ entity: 'cart', kind: 'network' });
  });
});

const recorded = optionalData('rca/nezha/dev');
describe.skipIf(recorded === null)('on recorded faults of two shops (absent: skipped)', () => {
  it('finds an early return where it was injected', () => {
    const dataDir = (recorded ?? '').replace(/\/nezha\/dev$/u, '');
    const asked = new Map([['nezha-0092', 'ts-basic-service']]);
    const request = { dataDir, split: 'dev', member: null, shiftMs: 0, trainDir: null };
    const found = new Map<string, string | undefined>();
    for (const one of nezha.read(request) as Iterable<{ id: string; telemetry: () => Telemetry }>) {
      if (asked.has(one.id)) found.set(one.id, rank(one.telemetry()).causes[0]?.entity);
    }

    expect(found).toEqual(asked);
  });
});
