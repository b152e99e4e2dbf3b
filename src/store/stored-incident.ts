import { z } from 'zod';
import { type Incident, type IncidentId, type Place, phases, type Symptom } from '../core/incident.ts';
import type { Tainted } from '../core/tainted.ts';

/** Rows are bytes that enter the process: another version, or a person with psql, may have written them. */

export const storedTainted: z.ZodType<Tainted> = z.object({ untrusted: z.string() });

export const storedPlace: z.ZodType<Place> = z.object({
  platform: z.enum(['slack', 'teams', 'web']),
  tenant: z.string(),
  channel: z.string(),
  root: z.string().exactOptional(),
});

const storedSymptom: z.ZodType<Symptom> = z.object({
  service: z.string(),
  title: storedTainted,
  monitor: z.string().nullable(),
  metric: z.string(),
  query: z.string(),
  comparator: z.enum(['>', '<']),
  threshold: z.number(),
  triggeredAtMs: z.number(),
});

const incidentId = (number: string): IncidentId => `INC-${Number(number)}`;

/** The row's number, or null when this was never an incident id. */
export function incidentNumber(id: string): string | null {
  return /^INC-(?<number>[1-9][0-9]{0,14})$/u.exec(id)?.groups?.['number'] ?? null;
}

const storedIncident = z.object({
  number: z.string(),
  platform: z.enum(['slack', 'teams', 'web']),
  tenant: z.string(),
  channel: z.string(),
  root: z.string().nullable(),
  phase: z.enum(phases),
  opened_at_ms: z.number(),
  opened_by: z.string(),
  question: storedTainted.nullable(),
  symptom: storedSymptom.nullable(),
  onset_ms: z.number().nullable(),
});

export function parseIncident(row: unknown): Incident {
  const { number, platform, tenant, channel, root, ...rest } = storedIncident.parse(row);
  return {
    id: incidentId(number),
    place: { platform, tenant, channel, ...(root === null ? {} : { root }) },
    phase: rest.phase,
    openedAtMs: rest.opened_at_ms,
    openedBy: rest.opened_by,
    question: rest.question,
    symptom: rest.symptom,
    onsetMs: rest.onset_ms,
  };
}
