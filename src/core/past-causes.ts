import type { PastCause } from '../rootcause/telemetry.ts';
import type { AuditRow } from './audit-entry.ts';
import { causeKinds } from './hypothesis.ts';
import type { Incident } from './incident.ts';
import type { Json } from './json.ts';

type Graded = { readonly entity: string; readonly kind: PastCause['kind'] };

const causesMax = 20;

/**
 * What closed incidents of the same service turned out to be, as people graded them: the verdict where it was right, else
 * the real cause that somebody named. Ids and kinds of closed lists only, never text. `rows` are `verdict.grade` rows,
 * oldest first; the last one of an incident counts.
 */
export function pastCausesOf(
  service: string,
  {
    rows,
    incidents,
  }: { readonly rows: readonly Pick<AuditRow, 'incident' | 'body'>[]; readonly incidents: readonly Incident[] },
): readonly PastCause[] {
  const same = new Set<string>(
    incidents.filter(({ phase, symptom }) => phase === 'closed' && symptom?.service === service).map(({ id }) => id),
  );
  const last = new Map(rows.flatMap(({ incident, body }) => (incident === null ? [] : [[incident, body] as const])));
  const found = new Map<string, PastCause>();
  for (const [incident, body] of last) {
    const graded = same.has(incident) ? gradedOf(body) : null;
    if (graded === null) continue;
    const key = `${graded.entity}\t${graded.kind}`;
    found.set(key, { ...graded, times: (found.get(key)?.times ?? 0) + 1 });
  }
  return [...found.values()].toSorted((one, other) => other.times - one.times).slice(0, causesMax);
}

function gradedOf(body: AuditRow['body']): Graded | null {
  if (body['grade'] === 'right') return causeOf({ kind: body['kind'], service: body['entity'] });
  const cause = body['cause'] ?? null;
  return isRecord(cause) ? causeOf(cause) : null;
}

const isRecord = (value: Json): value is { readonly [name: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const causeOf = ({ kind, service }: { readonly [name: string]: unknown }): Graded | null =>
  typeof service === 'string' ? { entity: service, kind: causeKinds.find((each) => each === kind) ?? null } : null;
