import type { LogChange } from '../logs/log-delta.ts';
import type { LogTopic } from '../logs/log-vocabulary.ts';
import type { Picture, ServiceView } from '../picture.ts';
import { standsAt } from './failure-class.ts';

/**
 * Errors in the words of a store that is full or changes hosts, logged by whoever works on it: Redis ("OOM command not allowed when used
 * memory > 'maxmemory'"), memcached ("SERVER_ERROR out of memory storing object"), Elasticsearch (flood-stage watermark,
 * circuit breaker), PostgreSQL ("could not extend file", "the database system is starting up"), MySQL ("The table is full"),
 * SQL Server ("filegroup is full"), Kafka and MongoDB (not the leader, not the primary).
 */
const refusals: readonly (readonly [LogTopic, RegExp])[] = [
  [
    'memory',
    /oom command not allowed|maxmemory|out of memory storing object|circuit_?breaking_?exception|\[parent\] data too large|cache (?:is )?full/iu,
  ],
  [
    'platform',
    /masterdown|read.?only replica|not ?writable ?primary|not_leader|leader election|database system is (?:starting up|shutting down|in recovery)|terminating connection due to administrator|\bfail(?:ed|ing)?[ -]?over (?:to|in progress|started|complete)|promoted to (?:primary|master|leader)/iu,
  ],
  [
    'disk',
    /could not extend file|flood.?stage|read.?only.?allow.?delete|the table .{0,80}is full|filegroup is full|transaction log .{0,60}is full|tablespace .{0,60}(?:full|exceeded)/iu,
  ],
];

const saysRefused = ({ template }: LogChange, topic: LogTopic): boolean =>
  refusals.some(([about, pattern]) => about === topic && pattern.test(`${template.template} ${template.sample}`));

/** Lines that a caller logs in the words of such a store, and which store of those it calls they are about. */
export function refusedBy(
  picture: Picture,
  view: ServiceView,
  topic: LogTopic,
): { readonly store: string; readonly lines: readonly LogChange[] } | null {
  const lines = view.logs.filter((one) => one.change !== 'vanished' && saysRefused(one, topic));
  const store = lines.length === 0 ? null : storeOf(picture, view, lines);
  return store === null ? null : { store, lines };
}

const metricOf: { readonly [topic in LogTopic]?: string } = { memory: 'memory_ratio', disk: 'disk_ratio' };

/** Of what it calls and what calls nothing itself: the one the lines name, the fullest, the one calls fail to, or the only one. */
function storeOf(picture: Picture, view: ServiceView, lines: readonly LogChange[]): string | null {
  const stores = view.calls.filter((id) => picture.services.get(id)?.calls.length === 0);
  const named = stores.find((id) => lines.some(({ mentions }) => mentions.includes(id)));
  if (named !== undefined) return named;
  const topic = refusals.find(([about]) => lines.some((line) => saysRefused(line, about)))?.[0];
  const metric = topic === undefined ? undefined : metricOf[topic];
  const filled = stores.flatMap((id) => {
    const stands = metric === undefined ? null : standsAt(picture, id, metric);
    return stands === null ? [] : [{ id, value: stands.value }];
  });
  const fullest = filled.toSorted((a, b) => b.value - a.value)[0];
  if (fullest !== undefined && fullest.value >= 0.9) return fullest.id;
  const ill = view.outbound.filter(({ to, severity }) => severity > 0.3 && stores.includes(to));
  const worst = ill.toSorted((a, b) => b.severity - a.severity)[0];
  return worst?.to ?? (stores.length === 1 ? (stores[0] ?? null) : null);
}

/** Lines about `topic` that callers of `view` log because it refuses what they write. */
export const refusalsOf = (picture: Picture, view: ServiceView, topic: LogTopic): readonly LogChange[] =>
  view.calledBy.flatMap((id) => {
    const caller = picture.services.get(id);
    const refused = caller === undefined ? null : refusedBy(picture, caller, topic);
    return refused?.store === view.id ? refused.lines : [];
  });
