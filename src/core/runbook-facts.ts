import { type LogTopic, topicOf } from '../rootcause/logs/log-vocabulary.ts';
import type { ChangeEvent, Telemetry } from '../rootcause/telemetry.ts';
import type { Catalogue } from './catalogue.ts';
import type { Hypothesis } from './hypothesis.ts';

/** What an incident can establish for a runbook's inputs. A fact that is not established suggests nothing. */
export const runbookFacts = [
  'service',
  'workload',
  'provider',
  'flag',
  'full-disk',
  'full-memory',
  'unresolving',
  'repository',
  'pull',
] as const;
export type RunbookFact = (typeof runbookFacts)[number];

export type RunbookFacts = { readonly [name in RunbookFact]?: string };

type Scene = {
  readonly lead: Hypothesis;
  readonly catalogue: Pick<Catalogue, 'services'>;
  readonly telemetry: Pick<Telemetry, 'changes' | 'series' | 'logs'>;
};

/**
 * `service`: the entity at fault, ours. `workload`: the same where its code is ours, so it can be restarted or scaled.
 * `provider`: the entity, outside. `flag`: the newest cited flag change. `full-disk`, `full-memory`: the entity, where
 * its disk or memory is full. `unresolving`: the entity, where it says that names do not resolve. `repository`, `pull`: the change at fault.
 */
export function runbookFactsOf(scene: Scene): RunbookFacts {
  const { lead, telemetry } = scene;
  const { change } = lead;
  const flag = newestFlag(lead, telemetry.changes);
  return {
    ...entityFacts(scene),
    ...(flag === null ? {} : { flag }),
    ...(isFull(scene, diskFull) ? { 'full-disk': lead.entity } : {}),
    ...(isFull(scene, memoryFull) ? { 'full-memory': lead.entity } : {}),
    ...(lead.kind === 'network' && saysInLogs(scene, 'name-resolution') ? { unresolving: lead.entity } : {}),
    ...(change?.pullNumber ? { repository: change.repository, pull: String(change.pullNumber) } : {}),
  };
}

function entityFacts({ lead: { entity }, catalogue }: Scene): RunbookFacts {
  const service = catalogue.services.find(({ id }) => id === entity);
  if (!service) return {};
  if (service.external) return { provider: entity };
  return service.repository === null ? { service: entity } : { service: entity, workload: entity };
}

/** The newest flag change on the suspect service that the cause cites, by the name its platform gives it. */
function newestFlag(lead: Hypothesis, changes: readonly ChangeEvent[]): string | null {
  const cited = citedBy(lead);
  const flags = changes.filter(
    ({ kind, service, evidence }) => kind === 'flag' && service === lead.entity && evidence && cited.has(evidence),
  );
  const newest = flags.toSorted((a, b) => b.atMs - a.atMs)[0];
  return newest?.paths.find((path) => path.startsWith('flag:'))?.slice('flag:'.length) ?? null;
}

const citedBy = (lead: Hypothesis): ReadonlySet<string> => new Set(lead.supports.map(({ evidence }) => evidence));

type Fullness = { readonly metric: string; readonly topic: 'disk' | 'memory'; readonly from: number };
/** Filled to here a resource hurts: the limits of the engine. */
const diskFull: Fullness = { metric: 'disk_ratio', topic: 'disk', from: 0.95 };
const memoryFull: Fullness = { metric: 'memory_ratio', topic: 'memory', from: 0.92 };
const lately = 5;

/** By its gauge, or by a line the cause cites that says so. */
function isFull({ lead, catalogue, telemetry }: Scene, { metric, topic, from }: Fullness): boolean {
  if (lead.kind !== 'resource-exhaustion' || isOutside(catalogue, lead.entity)) return false;
  const gauge = telemetry.series.find((series) => series.service === lead.entity && series.metric === metric);
  if (gauge?.points.slice(-lately).some(([, value]) => value >= from)) return true;
  return saysInLogs({ lead, catalogue, telemetry }, topic);
}

/** A line that the cause cites, of the entity or naming it. */
function saysInLogs({ lead, catalogue, telemetry }: Scene, topic: LogTopic): boolean {
  const cited = citedBy(lead);
  if (isOutside(catalogue, lead.entity)) return false;
  return telemetry.logs.some(
    ({ service, template, evidence }) =>
      evidence !== undefined &&
      cited.has(evidence) &&
      topicOf(template) === topic &&
      (service === lead.entity || template.includes(lead.entity)),
  );
}

const isOutside = ({ services }: Scene['catalogue'], entity: string): boolean =>
  services.find(({ id }) => id === entity)?.external !== false;
