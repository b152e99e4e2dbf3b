/** The parts of PagerDuty's objects that tools read. */
import { z } from 'zod';
import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import type { Failed } from '../reading/failure.ts';
import { isoTime } from '../reading/window.ts';

export const pagerdutyId = z.string().regex(/^[A-Z0-9]{3,30}$/, 'an id such as PABC123');

/** ISO 8601 with zone, as milliseconds since the epoch. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

export const reference = z.object({ id: z.string(), summary: z.string().nullish() });
export type Reference = z.output<typeof reference>;

export const incident = z.object({
  id: z.string(),
  incident_number: z.number().nullish(),
  title: z.string().default(''),
  created_at: instant,
  status: z.enum(['triggered', 'acknowledged', 'resolved']),
  urgency: z.string().default('unknown'),
  service: reference,
  escalation_policy: reference.nullish(),
  priority: z.object({ summary: z.string().nullish() }).nullish(),
  acknowledgements: z.array(z.object({ at: instant, acknowledger: reference })).default([]),
  assignments: z.array(z.object({ at: instant, assignee: reference })).default([]),
  last_status_change_at: instant.nullish(),
  alert_counts: z.object({ all: z.number() }).nullish(),
});
export type Incident = z.output<typeof incident>;

export const nameOf = ({ id, summary }: Reference): string => (summary ?? id).slice(0, 100);

export const serviceOf = (catalogue: Catalogue, id: string): Service | undefined =>
  catalogue.services.find((service) => service.pagerdutyService === id);

export const incidentResult = (one: Incident, catalogue: Catalogue) => ({
  id: one.id,
  number: one.incident_number ?? null,
  title: one.title.slice(0, 400),
  service: serviceOf(catalogue, one.service.id)?.id ?? null,
  pagerdutyService: nameOf(one.service),
  status: one.status,
  urgency: one.urgency,
  priority: one.priority?.summary ?? null,
  createdAt: isoTime(one.created_at),
  lastChangeAt: one.last_status_change_at == null ? null : isoTime(one.last_status_change_at),
  acknowledgedBy: one.acknowledgements.map(({ at, acknowledger }) => ({ name: nameOf(acknowledger), at: isoTime(at) })),
  assignedTo: one.assignments.map(({ assignee }) => nameOf(assignee)),
  alerts: one.alert_counts?.all ?? null,
});

export type Linked = { readonly service: Service; readonly id: string };

/** The services that have an id in PagerDuty. */
export const linkedServices = (services: readonly Service[]): readonly Linked[] =>
  services.flatMap((service) => (service.pagerdutyService === null ? [] : [{ service, id: service.pagerdutyService }]));

export const noneLinked = (ids: readonly string[], blocks: string): Failed => ({
  kind: 'failed',
  reason: `the catalogue names no PagerDuty service for ${ids.join(', ')}`,
  retryable: false,
  blocks,
  fix: `Add pagerdutyService to ${ids.join(', ')} in causeway.yaml.`,
});
