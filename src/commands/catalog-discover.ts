/** `catalog discover`: a draft of causeway.yaml from what the integrations know, for people to review. */
import { readFile } from 'node:fs/promises';
import { Document, isMap, isSeq } from 'yaml';
import { parseCatalogue } from '../catalogue-file.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { type DraftCatalogue, type DraftService, draftCatalogue } from '../core/draft-catalogue.ts';
import type { DiscoveredService } from '../integration.ts';
import { connectIntegrations, loadIntegrations } from '../load-integrations.ts';
import { complain, printJson, printLine } from './say.ts';
import { fail, type Variables } from './with-system.ts';

const folder = new URL('../../tools/', import.meta.url);
const patienceMs = 60_000;

type Known = Pick<Catalogue, 'services'> & Partial<Catalogue>;

/** Exit code 1 when a vendor could not be asked: the draft then says less than there is. */
export async function discoverCatalogue(
  variables: Variables,
  { json, nowMs }: { json: boolean; nowMs: number },
): Promise<number> {
  const known = await readKnown(variables['CAUSEWAY_CONFIG']);
  if ('problems' in known) return fail(known.problems);
  const { connected, problems } = connectIntegrations(await loadIntegrations(folder), variables);
  if (problems.length > 0) return fail(problems);
  const context = {
    signal: AbortSignal.timeout(patienceMs),
    nowMs,
    environment: known.environment ?? 'prod',
    repositories: [...new Set(known.services.flatMap(({ repository }) => repository ?? []))],
    namespaces: [...new Set(known.services.flatMap(({ kubernetes }) => kubernetes?.namespace ?? []))],
    logGroups: [...new Set(known.services.flatMap(({ logGroups }) => logGroups))],
  };
  const asked = await Promise.all(
    connected.map(async ({ integration: { vendor }, examiner }) => {
      if (!examiner.discover) return { vendor, found: [], why: null };
      try {
        return { vendor, found: await examiner.discover(context), why: null };
      } catch (error) {
        return { vendor, found: [], why: reasonOf(error) };
      }
    }),
  );
  for (const { vendor, found, why } of asked)
    complain(
      why === null
        ? `${vendor}: ${found.length} things that run`
        : `${vendor} could not be asked (${why}): run causeway doctor`,
    );
  if (asked.length === 0) return fail(['No integration is configured: run causeway doctor.']);
  const draft = draftCatalogue(
    asked.flatMap(({ found }): readonly DiscoveredService[] => found),
    known.services,
  );
  if (json) printJson(draft);
  else printLine(yamlOf(draft, known));
  return asked.some(({ why }) => why !== null) ? 1 : 0;
}

/** By status or by name: a vendor's own words may be a whole page. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'no answer';
  return 'status' in error ? `status ${String(error.status)}` : error.name;
};

async function readKnown(file: string | undefined): Promise<Known | { problems: readonly string[] }> {
  if (!file) return { services: [] };
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return { problems: [`CAUSEWAY_CONFIG: ${file} cannot be read. Fix the path.`] };
  const parsed = parseCatalogue(text);
  return parsed.ok ? parsed.value : { problems: parsed.failure };
}

/** The draft as a file that parses: what was seen and what is in doubt stand above each service. */
function yamlOf({ services, owners }: DraftCatalogue, known: Known): string {
  const { environment = 'prod', groups = [], people = [], mcpServers = [] } = known;
  const unknown = owners.filter((id) => !groups.some((group) => group.id === id));
  const document = new Document({
    environment,
    services: services.map(({ service }) => withoutDefaults(service)),
    groups: [...groups, ...unknown.map((id) => ({ id, title: id, members: [] }))],
    people,
    mcpServers,
  });
  document.commentBefore = ' A draft by causeway catalog discover. Read every line before you use it.';
  const list = document.get('services');
  const items = isSeq(list) ? list.items : [];
  for (const [index, draft] of services.entries()) {
    const item = items[index];
    if (isMap(item)) item.commentBefore = remarksOn(draft);
  }
  return document.toString({ lineWidth: 0 });
}

function remarksOn({ seen, doubts, isNew }: DraftService): string {
  const places = seen.map((place) => `seen: ${place}`);
  const remarks = [...(isNew ? ['new'] : []), ...places, ...doubts.map((doubt) => `decide: ${doubt}`)];
  // Names come from outside: a line break in one would end the comment.
  return remarks.map((remark) => ` ${remark.replaceAll(/\s+/gu, ' ').slice(0, 300)}`).join('\n');
}

const isDefault = (value: unknown): boolean =>
  value === null || value === false || (Array.isArray(value) && value.length === 0);

const withoutDefaults = (service: object): object =>
  Object.fromEntries(Object.entries(service).filter(([, value]) => !isDefault(value)));
