/** Datadog Incident Management: `GET /api/v2/incidents/search`. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Ask } from './client.ts';
import { instant } from './search.ts';

// A field's value is one text, several, or nothing, by its type.
const field = z.object({ value: z.union([z.string(), z.array(z.string()), z.unknown()]).optional() });

const incidentAnswer = z.object({
  attributes: z.object({
    created: instant,
    customer_impacted: z.boolean().nullish(),
    fields: z.record(z.string(), field).default({}),
    public_id: z.int(),
    resolved: instant.nullish(),
    severity: z.string().nullish(),
    state: z.string().nullish(),
    title: z.string(),
  }),
});

const answer = z.object({
  data: z.object({
    attributes: z.object({ total: z.int(), incidents: z.array(z.object({ data: incidentAnswer })) }),
  }),
});

export type Incident = {
  /** As people say it: IR-41 is 41. */
  readonly id: number;
  readonly title: string;
  readonly state: string;
  readonly severity: string;
  readonly open: boolean;
  readonly services: readonly string[];
  readonly teams: readonly string[];
  readonly customerImpacted: boolean;
  readonly createdMs: number;
  readonly resolvedMs: number | null;
};

const pageSize = 50;
const pagesMax = 4;

/** Those open now and those declared or resolved in the window; newest first. */
export async function searchIncidents(
  ask: Ask,
  { query, window }: { readonly query: string; readonly window: Window },
) {
  const read: Incident[] = [];
  for (let page = 0; page < pagesMax; page += 1) {
    const offset = page * pageSize;
    const parameters = { query, sort: '-created', 'page[size]': pageSize, 'page[offset]': offset };
    const { attributes } = (await ask({ path: '/api/v2/incidents/search', parameters }, answer)).data;
    read.push(...attributes.incidents.map(({ data }) => readIncident(data)));
    if (attributes.incidents.length < pageSize || offset + pageSize >= attributes.total) {
      return { incidents: read.filter((one) => matters(one, window)), truncated: false };
    }
  }
  return { incidents: read.filter((one) => matters(one, window)), truncated: true };
}

const matters = ({ open, createdMs, resolvedMs }: Incident, { fromMs, toMs }: Window): boolean =>
  open || [createdMs, resolvedMs].some((atMs) => atMs !== null && atMs >= fromMs && atMs < toMs);

function readIncident({ attributes }: z.output<typeof incidentAnswer>): Incident {
  const state = attributes.state ?? textsOf(attributes.fields['state'])[0] ?? 'unknown';
  return {
    id: attributes.public_id,
    title: attributes.title,
    state,
    severity: attributes.severity ?? textsOf(attributes.fields['severity'])[0] ?? 'UNKNOWN',
    open: state === 'active' || state === 'stable',
    services: textsOf(attributes.fields['services']),
    teams: textsOf(attributes.fields['teams']),
    customerImpacted: attributes.customer_impacted ?? false,
    createdMs: attributes.created,
    resolvedMs: attributes.resolved ?? null,
  };
}

function textsOf(one: z.output<typeof field> | undefined): readonly string[] {
  const values = Array.isArray(one?.value) ? one.value : [one?.value];
  return values.flatMap((value) => (typeof value === 'string' && value !== '' ? [value] : []));
}
