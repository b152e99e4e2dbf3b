import { parseDocument } from 'yaml';
import { z } from 'zod';
import { autonomyLevels, ruleProblem } from './core/autonomy.ts';
import type { Catalogue } from './core/catalogue.ts';
import { canonicalJson, sha256Hex } from './core/digest.ts';
import { causeKinds } from './core/hypothesis.ts';
import { done, failed, type Result } from './core/result.ts';

const id = z.string().regex(/^[a-z][a-z0-9-]{0,60}$/u, 'lower-case letters, digits and dashes');

// A DNS label: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
const kubernetesName = z.string().regex(/^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/u, 'a Kubernetes name');

const Service = z.strictObject({
  id,
  title: z.string().min(1),
  tier: z.union([z.literal(1), z.literal(2), z.literal(3)]),
  repository: z
    .string()
    .regex(/^[\w.-]+\/[\w.-]+$/u, 'owner/name')
    .nullable()
    .default(null),
  paths: z.array(z.string()).default([]),
  logGroups: z.array(z.string()).default([]),
  datadogService: z.string().nullable().default(null),
  kubernetes: z.strictObject({ namespace: kubernetesName, workload: kubernetesName }).nullable().default(null),
  pagerdutyService: z
    .string()
    .regex(/^[A-Z0-9]{3,30}$/u, 'a PagerDuty id such as PABC123')
    .nullable()
    .default(null),
  dependsOn: z.array(id).default([]),
  owners: z.array(id).default([]),
  external: z.boolean().default(false),
});
const groupsOrAll = z.union([z.literal('everyone'), z.array(id).min(1)]);

/** One thing each; what is readable by everyone needs no entry. */
const Restriction = z.union([
  z.strictObject({ repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/u, 'owner/name'), readers: groupsOrAll }),
  z.strictObject({ logGroup: z.string().min(1), readers: groupsOrAll }),
  z.strictObject({ service: id, readers: groupsOrAll }),
]);

const Group = z.strictObject({ id, title: z.string().min(1), members: z.array(id) });
const Person = z.strictObject({
  id,
  name: z.string().min(1),
  onCall: z.boolean().default(false),
  accounts: z.record(z.string(), z.string()).default({}),
});
const McpServer = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9]{0,20}$/u, 'lower-case letters and digits'),
  url: z.url({ protocol: /^https?$/u }),
  link: z
    .url({ protocol: /^https$/u })
    .nullable()
    .default(null),
  tokenVariable: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]*(?:TOKEN|SECRET|API_KEY)$/u, 'a variable whose name ends in TOKEN, SECRET or API_KEY')
    .nullable()
    .default(null),
  assumeReadOnly: z.boolean().default(false),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w.-]{1,64}$/u, 'the name the server gives it'),
        description: z.string().min(40).max(600),
        schemaSha256: z
          .string()
          .regex(/^[0-9a-f]{64}$/u, 'a sha256, hexadecimal')
          .nullable()
          .default(null),
      }),
    )
    .min(1)
    .max(50),
});

const Autonomy = z
  .strictObject({
    cause: z.enum(causeKinds).nullable().default(null),
    runbook: id.nullable().default(null),
    level: z.enum(autonomyLevels),
    shadow: z.boolean().default(false),
    because: z.string().nullable().default(null),
  })
  .superRefine((rule, context) => {
    const problem = ruleProblem(rule);
    if (problem !== null) context.addIssue({ code: 'custom', message: problem });
  });

/** `causeway.yaml`: what the team knows about its services, written by people. */
const CatalogueFile = z.strictObject({
  environment: id.default('prod'),
  services: z.array(Service).min(1),
  groups: z.array(Group).default([]),
  people: z.array(Person).default([]),
  breakGlass: id.nullable().default(null),
  autonomy: z.array(Autonomy).max(100).exactOptional(),
  restricted: z.array(Restriction).default([]),
  mcpServers: z.array(McpServer).max(10).default([]),
});

/** The catalogue, or every problem with its path and what to do. */
export function parseCatalogue(text: string): Result<Catalogue, readonly string[]> {
  const document = parseDocument(text);
  if (document.errors.length > 0) return failed(document.errors.map(({ message }) => `causeway.yaml: ${message}`));
  const parsed = CatalogueFile.safeParse(document.toJS());
  if (!parsed.success)
    return failed(parsed.error.issues.map(({ path, message }) => `causeway.yaml: ${path.join('.')}: ${message}`));
  const dangling = danglingReferences(parsed.data);
  if (dangling.length > 0) return failed(dangling);
  const { restricted, ...rest } = parsed.data;
  return done({
    ...rest,
    restricted: restricted.flatMap(restrictionOf),
    version: sha256Hex(canonicalJson(parsed.data)),
  });
}

function restrictionOf(entry: z.output<typeof Restriction>): NonNullable<Catalogue['restricted']> {
  const { readers } = entry;
  if (readers === 'everyone') return [];
  if ('repository' in entry) return [{ of: entry.repository, readers }];
  return [{ of: 'logGroup' in entry ? entry.logGroup : entry.service, readers }];
}

/** Names that point at nothing, and names used twice. */
function danglingReferences({
  services,
  groups,
  people,
  breakGlass,
  restricted,
}: z.output<typeof CatalogueFile>): readonly string[] {
  const known = {
    services: idsOf('services', services),
    groups: idsOf('groups', groups),
    people: idsOf('people', people),
  };
  const missing = (
    path: string,
    wanted: readonly string[],
    list: { ids: ReadonlySet<string>; one: string },
  ): string[] =>
    wanted.filter((name) => !list.ids.has(name)).map((name) => `causeway.yaml: ${path}: no ${list.one} "${name}"`);
  return [
    ...Object.values(known).flatMap(({ twice }) => twice),
    ...services.flatMap((service) => [
      ...missing(`services.${service.id}.dependsOn`, service.dependsOn, { ...known.services, one: 'service' }),
      ...missing(`services.${service.id}.owners`, service.owners, { ...known.groups, one: 'group' }),
    ]),
    ...groups.flatMap(({ id: group, members }) =>
      missing(`groups.${group}.members`, members, { ...known.people, one: 'person' }),
    ),
    ...restricted.flatMap((entry, index) => [
      ...missing(`restricted.${index}.readers`, entry.readers === 'everyone' ? [] : entry.readers, {
        ...known.groups,
        one: 'group',
      }),
      ...missing(`restricted.${index}.service`, 'service' in entry ? [entry.service] : [], {
        ...known.services,
        one: 'service',
      }),
    ]),
    ...missing('breakGlass', breakGlass === null ? [] : [breakGlass], { ...known.groups, one: 'group' }),
  ];
}

function idsOf(list: string, items: readonly { id: string }[]): { ids: ReadonlySet<string>; twice: readonly string[] } {
  const ids = new Set<string>();
  const twice: string[] = [];
  for (const item of items) {
    if (ids.has(item.id)) twice.push(`causeway.yaml: ${list}: "${item.id}" is there twice; keep one`);
    ids.add(item.id);
  }
  return { ids, twice };
}
