/**
 * Two hours of one service's log with one decisive line in it. The hour before is the baseline; in the hour after,
 * traffic has shifted, some things are noisier, and the failure has consequences that are louder than itself.
 */
import type { ReadLine } from '../../tools/reading/log-line.ts';
import { type Draws, drawsOf } from './draws.ts';

export type LogScene = { readonly lines: readonly ReadLine[]; readonly decisive: string; readonly times: number };

export const hourMs = 3_600_000;
export const startMs = Date.parse('2026-11-21T09:00:00Z');

type Speaker = { readonly level: ReadLine['level']; readonly say: () => string; readonly weight: number };

const verbs = [
  'accepted',
  'stored',
  'sent',
  'loaded',
  'refreshed',
  'queued',
  'committed',
  'skipped',
  'merged',
  'priced',
];
const things = ['order', 'cart', 'session', 'invoice', 'shipment', 'batch', 'page', 'token', 'image', 'offer', 'quote'];
const parts = ['worker', 'handler', 'cache', 'scheduler', 'gateway', 'reader', 'indexer', 'router', 'sync', 'exporter'];
const ills = ['took longer than usual', 'was retried', 'is close to its limit', 'was answered from a stale copy'];
const faults = ['could not be parsed', 'was rejected by the client', 'was given up after 3 tries', 'has no owner'];

/** What stands alone in a real incident's log. `#` is a number that differs from line to line. */
const decisives: readonly (readonly [ReadLine['level'], string])[] = [
  ['error', 'FATAL: password authentication failed for user "orders"'],
  ['error', 'remaining connection slots are reserved for superuser, # in use'],
  ['error', 'x509: certificate has expired or is not yet valid: current time is after the end of validity'],
  ['error', 'write /var/lib/data/wal/#: no space left on device'],
  ['error', 'OOMKilled: container exceeded its memory limit of 512Mi, # bytes asked'],
  ['error', 'column "discount_code" of relation "orders" does not exist'],
  ['error', 'TypeError: Cannot read properties of undefined, reading currency, basket #'],
  ['error', 'getaddrinfo ENOTFOUND ledger.internal after # ms'],
  ['error', '429 Too Many Requests from the tax service, retry in # s'],
  ['error', 'deadlock detected, process # waits for ShareLock on transaction'],
  ['warn', 'circuit breaker for ledger is now open after # failures'],
  ['warn', 'feature flag instant-refunds evaluated to its default: unknown variant'],
  ['warn', 'replica lag of # seconds exceeds the allowed maximum'],
  ['warn', 'falling back to the in-memory queue, broker unreachable at #'],
  ['info', 'configuration reloaded: maximumPoolSize changed from 40 to 4'],
  ['info', 'leadership lost, node # is follower now'],
];

const consequences = [
  'request to ledger timed out after # ms',
  'upstream returned 503 for basket #',
  'checkout aborted, #',
];

export function logScene(seed: number, count: number): LogScene {
  const draws = drawsOf(seed);
  const [level, phrase] = draws.of(decisives);
  const times = Math.max(1, Math.round(Math.exp(draws.unit() * Math.log(500))));
  const onsetMs = startMs + hourMs + draws.between(0, hourMs / 2);
  const filled = (text: string): string => text.replaceAll('#', () => String(draws.between(10, 99_999)));
  const endMs = startMs + 2 * hourMs;
  const after = (): number => draws.between(onsetMs, endMs - 1);
  const lines: ReadLine[] = Array.from({ length: times }, () => ({ atMs: after(), level, message: filled(phrase) }));
  for (const text of consequences.slice(0, draws.between(0, consequences.length))) {
    const repeated = draws.between(50, 3_000);
    for (let each = 0; each < repeated; each += 1) lines.push({ atMs: after(), level: 'error', message: filled(text) });
  }
  fillWithNoise(lines, draws, count);
  const asJson = draws.unit() < 0.3;
  // What identifies the line, whatever number stands in it.
  const written = asJson ? lines.map((line, index) => inJson(line, index)) : lines;
  return {
    lines: written,
    decisive: phrase.split('#').toSorted((one, other) => other.length - one.length)[0] ?? phrase,
    times,
  };
}

/** As a service with structured logs writes it. */
const inJson = ({ atMs, level, message }: ReadLine, index: number): ReadLine => ({
  atMs,
  level,
  message: JSON.stringify({ time: new Date(atMs).toISOString(), level, request_id: `r-${index}`, msg: message }),
});

/** Speakers by a power law, each with its own rate in both hours; some speak more, less, or for the first time. */
function fillWithNoise(lines: ReadLine[], draws: Draws, count: number): void {
  const speakers = Array.from({ length: draws.between(40, 300) }, (_, index) => speaker(draws, index));
  const drift = speakers.map(() => Math.exp(0.25 * draws.normal()) * (draws.unit() < 0.04 ? draws.between(2, 6) : 1));
  const before = cumulative(speakers.map(({ weight }) => weight));
  const later = cumulative(speakers.map(({ weight }, index) => weight * (drift[index] ?? 1)));
  while (lines.length < count) {
    const atMs = startMs + draws.between(0, 2 * hourMs - 1);
    const rates = atMs < startMs + hourMs ? before : later;
    const chosen = speakers[indexAt(rates, draws.unit())];
    if (chosen !== undefined) lines.push({ atMs, level: chosen.level, message: chosen.say() });
  }
}

function speaker(draws: Draws, index: number): Speaker {
  const [verb, thing, part] = [draws.of(verbs), draws.of(things), draws.of(parts)];
  const name = `${part}-${index}`;
  const number = (): number => draws.between(1, 1_000_000);
  const weight = 1 / (index + 1);
  const share = draws.unit();
  if (share < 0.03) return { level: 'error', weight, say: () => `${name}: ${thing} ${number()} ${draws.of(faults)}` };
  if (share < 0.12) return { level: 'warn', weight, say: () => `${name}: ${thing} ${number()} ${draws.of(ills)}` };
  const level = share < 0.25 ? 'debug' : 'info';
  if (share < 0.6)
    return { level, weight, say: () => `${name} ${verb} ${thing} ${number()} in ${draws.between(1, 900)} ms` };
  const host = (): string => `10.0.${draws.between(0, 9)}.${draws.between(1, 250)}`;
  return { level, weight, say: () => `${name} ${verb} ${thing} id=${number().toString(16)} from ${host()}` };
}

function cumulative(weights: readonly number[]): readonly number[] {
  const total = weights.reduce((all, weight) => all + weight, 0);
  let sum = 0;
  return weights.map((weight) => (sum += weight / total));
}

function indexAt(rates: readonly number[], share: number): number {
  let low = 0;
  let high = rates.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rates[middle] ?? 1) <= share) low = middle + 1;
    else high = middle;
  }
  return low;
}
