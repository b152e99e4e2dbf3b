/** What integrations saw, joined into a draft of the catalogue for people to review. Nothing is guessed silently. */
import type { Catalogue, Service } from './catalogue.ts';

/** One thing that runs, as one vendor knows it. Names are the vendor's own. */
export type Sighting = {
  readonly name: string;
  /** Where it was seen, such as "Kubernetes Deployment shop/checkout". */
  readonly seen: string;
  readonly title?: string;
  readonly tier?: 1 | 2 | 3;
  /** `owner/name`. */
  readonly repository?: string;
  readonly paths?: readonly string[];
  readonly logGroups?: readonly string[];
  readonly datadogService?: string;
  readonly kubernetes?: { readonly namespace: string; readonly workload: string };
  readonly pagerdutyService?: string;
  /** What it calls. */
  readonly dependsOn?: readonly string[];
  /** Teams. */
  readonly owners?: readonly string[];
};

export type DraftService = {
  readonly service: Service;
  /** New to the catalogue, or known and found to differ. */
  readonly isNew: boolean;
  readonly seen: readonly string[];
  /** What a person should decide: guesses, contradictions, names that lead nowhere. */
  readonly doubts: readonly string[];
};

export type DraftCatalogue = { readonly services: readonly DraftService[]; readonly owners: readonly string[] };

const environments = new Set(['prod', 'production', 'live', 'staging', 'stage', 'dev', 'development', 'test']);

/** Lower-case letters, digits and dashes, without an environment's name at either end; null when nothing is left. */
export function serviceIdOf(name: string): string | null {
  const parts = name
    .replaceAll(/([a-z0-9])([A-Z])/gu, '$1-$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((part) => part !== '');
  while (parts.length > 1 && environments.has(parts[0] ?? '')) parts.shift();
  while (parts.length > 1 && environments.has(parts.at(-1) ?? '')) parts.pop();
  const id = parts.join('-').slice(0, 60);
  return /^[a-z]/u.test(id) ? id : null;
}

/** Every service seen, and every known one: what people wrote stands, what they left open is filled. */
export function draftCatalogue(sightings: readonly Sighting[], known: Catalogue['services']): DraftCatalogue {
  const byId = new Map<string, Sighting[]>(known.map(({ id }) => [id, []]));
  for (const sighting of sightings) {
    const id = knownAs(sighting, known) ?? serviceIdOf(sighting.name);
    if (id !== null) byId.set(id, [...(byId.get(id) ?? []), sighting]);
  }
  const ids = new Set(byId.keys());
  const services = [...byId]
    .map(([id, seen]) => draftOf(id, { seen, ids, written: known.find((service) => service.id === id) ?? null }))
    .toSorted((one, other) => one.service.id.localeCompare(other.service.id));
  const owners = [...new Set(services.flatMap(({ service }) => service.owners))].toSorted();
  return { services, owners };
}

/** A sighting belongs to the service that people already tied to it. */
function knownAs(sighting: Sighting, known: Catalogue['services']): string | null {
  const { datadogService, kubernetes, pagerdutyService, logGroups = [] } = sighting;
  const tied = known.find(
    (service) =>
      (datadogService !== undefined && service.datadogService === datadogService) ||
      (pagerdutyService !== undefined && service.pagerdutyService === pagerdutyService) ||
      (kubernetes !== undefined && service.kubernetes !== null && samePlace(service.kubernetes, kubernetes)) ||
      logGroups.some((group) => service.logGroups.includes(group)),
  );
  return tied?.id ?? null;
}

const samePlace = (one: NonNullable<Service['kubernetes']>, other: NonNullable<Service['kubernetes']>): boolean =>
  one.workload === other.workload && one.namespace === other.namespace;

type Seen = {
  readonly seen: readonly Sighting[];
  readonly ids: ReadonlySet<string>;
  readonly written: Service | null;
};

function draftOf(id: string, { seen, ids, written }: Seen): DraftService {
  const doubts: string[] = [];
  const one = <Value>(field: string, already: Value | null, values: readonly (Value | undefined)[]): Value | null =>
    choose({ field, already, found: values.filter((value) => value !== undefined), doubts });
  const many = (field: 'paths' | 'logGroups'): readonly string[] =>
    distinct([...(written?.[field] ?? []), ...seen.flatMap((sighting) => sighting[field] ?? [])]);
  const blank = written ?? { ...nothing, title: titleOf(id, seen) };
  const owners = blank.owners.length > 0 ? blank.owners : namesIn(seen, 'owners');
  const tier = one(
    'tier',
    blank.tier,
    seen.map((each) => each.tier),
  );
  const service: Service = {
    id,
    title: blank.title,
    tier: tier ?? 3,
    repository: one(
      'repository',
      blank.repository,
      seen.map((each) => each.repository),
    ),
    paths: many('paths'),
    logGroups: many('logGroups'),
    datadogService: one(
      'datadogService',
      blank.datadogService,
      seen.map((each) => each.datadogService),
    ),
    kubernetes: one(
      'kubernetes',
      blank.kubernetes,
      seen.map((each) => each.kubernetes),
    ),
    pagerdutyService: one(
      'pagerdutyService',
      blank.pagerdutyService,
      seen.map((each) => each.pagerdutyService),
    ),
    dependsOn: callsOf(id, { seen, ids, written }, doubts),
    owners,
    external: blank.external,
  };
  if (tier === null) doubts.push('tier 3 is a guess');
  if (owners.length === 0) doubts.push('nobody is known to own it');
  return { service, isNew: written === null, seen: seen.map((sighting) => sighting.seen), doubts };
}

const titleOf = (id: string, seen: readonly Sighting[]): string =>
  seen.find(({ title }) => title !== undefined)?.title ?? id;

const namesIn = (seen: readonly Sighting[], field: 'dependsOn' | 'owners'): readonly string[] =>
  distinct(seen.flatMap((sighting) => (sighting[field] ?? []).flatMap((name) => serviceIdOf(name) ?? [])));

const nothing = {
  tier: null,
  repository: null,
  datadogService: null,
  kubernetes: null,
  pagerdutyService: null,
  owners: [],
  external: false,
} as const;

type Choice<Value> = {
  readonly field: string;
  readonly already: Value | null;
  readonly found: readonly Value[];
  readonly doubts: string[];
};

/** What people wrote, else what was seen first; what differs from it becomes a doubt. */
function choose<Value>({ field, already, found, doubts }: Choice<Value>): Value | null {
  const chosen = already ?? found[0] ?? null;
  const others = distinct(found).filter((value) => text(value) !== text(chosen));
  if (others.length > 0) doubts.push(`${field} was also seen as ${others.map(text).join(', ')}`);
  return chosen;
}

function callsOf(id: string, { seen, ids, written }: Seen, doubts: string[]): readonly string[] {
  const called = namesIn(seen, 'dependsOn');
  const unknown = called.filter((name) => !ids.has(name));
  if (unknown.length > 0) doubts.push(`it also calls ${unknown.join(', ')}, seen nowhere else`);
  return distinct([...(written?.dependsOn ?? []), ...called.filter((name) => ids.has(name) && name !== id)]);
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
const distinct = <Value>(values: readonly Value[]): readonly Value[] => [
  ...new Map(values.map((value) => [text(value), value])).values(),
];
