/** What people wrote into Datadog's service catalogue, schema 2.2: `GET /api/v2/services/definitions`. */
import { z } from 'zod';
import { HttpError } from '../reading/http-error.ts';
import type { Ask } from './client.ts';

const schemaVersion = 'v2.2';

// Older schemas are converted by Datadog; members they lack are absent.
const definitionAnswer = z.object({
  attributes: z.object({
    schema: z.object({
      'dd-service': z.string().min(1),
      application: z.string().nullish(),
      contacts: z.array(z.object({ type: z.string(), contact: z.string() })).nullish(),
      description: z.string().nullish(),
      integrations: z.object({ pagerduty: z.object({ 'service-url': z.string().nullish() }).nullish() }).nullish(),
      lifecycle: z.string().nullish(),
      links: z.array(z.object({ name: z.string(), type: z.string(), url: z.string() })).nullish(),
      tags: z.array(z.string()).nullish(),
      team: z.string().nullish(),
      tier: z.string().nullish(),
    }),
  }),
});
type DefinitionAnswer = z.output<typeof definitionAnswer>;

export type Definition = {
  /** Its `service` tag. */
  readonly service: string;
  readonly description: string;
  readonly team: string | null;
  readonly tier: string | null;
  readonly lifecycle: string | null;
  readonly application: string | null;
  /** `owner/name` of each GitHub link. */
  readonly repositories: readonly string[];
  /** As the URL of its page in PagerDuty ends. */
  readonly pagerdutyService: string | null;
  readonly contacts: readonly { readonly type: string; readonly contact: string }[];
  readonly links: readonly { readonly name: string; readonly type: string; readonly url: string }[];
  readonly tags: readonly string[];
};

const pageSize = 100;
const pagesMax = 20;

/** Every definition, in the order Datadog gives, at most two thousand. */
export async function listDefinitions(ask: Ask) {
  const definitions = new Map<string, Definition>();
  for (let page = 0; page < pagesMax; page += 1) {
    const parameters = { 'page[size]': pageSize, 'page[number]': page, schema_version: schemaVersion };
    const answered = await ask(
      { path: '/api/v2/services/definitions', parameters },
      z.object({ data: z.array(definitionAnswer) }),
    );
    const known = definitions.size;
    for (const one of answered.data.map(readDefinition)) definitions.set(one.service, one);
    // A page without news is the last one too: the answer has no word for the end.
    if (answered.data.length < pageSize || definitions.size === known) {
      return { definitions: [...definitions.values()], truncated: false };
    }
  }
  return { definitions: [...definitions.values()], truncated: true };
}

/** Null when nobody wrote one for this `service` tag. */
export async function findDefinition(ask: Ask, tag: string): Promise<Definition | null> {
  const path = `/api/v2/services/definitions/${encodeURIComponent(tag)}`;
  const parameters = { schema_version: schemaVersion };
  try {
    return readDefinition((await ask({ path, parameters }, z.object({ data: definitionAnswer }))).data);
  } catch (error) {
    if (error instanceof HttpError && error.status === 404) return null;
    throw error;
  }
}

function readDefinition({ attributes: { schema } }: DefinitionAnswer): Definition {
  const links = schema.links ?? [];
  return {
    service: schema['dd-service'],
    description: schema.description ?? '',
    team: schema.team ?? null,
    tier: schema.tier ?? null,
    lifecycle: schema.lifecycle ?? null,
    application: schema.application ?? null,
    repositories: [...new Set(links.flatMap(({ url }) => repositoryOf(url) ?? []))],
    pagerdutyService: pagerdutyOf(schema.integrations?.pagerduty?.['service-url'] ?? ''),
    contacts: schema.contacts ?? [],
    links,
    tags: schema.tags ?? [],
  };
}

/** `owner/name` of a GitHub address, or of the id Datadog writes, `github.com/owner/name`; null for anything else. */
export function repositoryOf(address: string): string | null {
  const found = /^(?:https?:\/\/|git@)?(?:www\.)?github\.com[/:]([\w.-]{1,39}\/[\w.-]{1,100}?)(?:\.git)?(?:[/?#].*)?$/u;
  return found.exec(address.trim())?.[1] ?? null;
}

const pagerdutyOf = (address: string): string | null =>
  /\/(?:service-directory|services)\/(P[A-Z0-9]{5,13})\/?$/u.exec(address)?.[1] ?? null;
