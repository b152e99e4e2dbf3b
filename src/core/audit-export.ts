/** The audit log in the forms other systems read. Each line carries the whole row, so that an export still verifies. */
import type { AuditKind, AuditRow } from './audit-entry.ts';

export const auditFormats = ['jsonl', 'cloudevents', 'ocsf'] as const;
export type AuditFormat = (typeof auditFormats)[number];

type Event = { readonly [name: string]: unknown };

const forms: { readonly [format in AuditFormat]: (row: AuditRow) => Event } = {
  jsonl: (row) => row,
  cloudevents: cloudEvent,
  ocsf: ocsfEvent,
};

/** One row as one event. The same row is always the same event. */
export const auditEvent = (row: AuditRow, format: AuditFormat): Event => forms[format](row);

/** CloudEvents 1.0 in its JSON format, with the `sequence` extension (zero-padded: it is ordered as text). */
function cloudEvent(row: AuditRow): Event {
  return {
    specversion: '1.0',
    id: row.hash,
    source: 'urn:causeway:audit',
    type: `causeway.audit.${row.kind}`,
    ...(row.incident === null ? {} : { subject: row.incident }),
    time: new Date(row.atMs).toISOString(),
    datacontenttype: 'application/json',
    sequence: String(row.seq).padStart(12, '0'),
    data: row,
  };
}

/** OCSF 1.3.0, class API Activity: what the activity was, for those that are create, read, update or delete. */
const create = { activity_id: 1, activity_name: 'Create' };
const read = { activity_id: 2, activity_name: 'Read' };
const update = { activity_id: 3, activity_name: 'Update' };
const activities: { readonly [kind in AuditKind]?: typeof create } = {
  'incident.opened': create,
  evidence: create,
  'plan.proposed': create,
  'message.posted': create,
  receipt: create,
  postmortem: create,
  'tool.intent': read,
  'tool.result': read,
  'incident.phase': update,
  'plan.state': update,
  'effect.intent': update,
  'effect.result': update,
};

function ocsfEvent(row: AuditRow): Event {
  const activity = activities[row.kind] ?? { activity_id: 99, activity_name: row.kind };
  const refused = row.kind === 'approval.refused';
  const itself = row.actor === 'causeway';
  return {
    ...activity,
    category_uid: 6,
    category_name: 'Application Activity',
    class_uid: 6003,
    class_name: 'API Activity',
    type_uid: 600_300 + activity.activity_id,
    severity_id: refused ? 2 : 1,
    ...(refused ? { status_id: 2 } : {}),
    time: row.atMs,
    actor: itself ? { app_name: 'causeway' } : { user: { uid: row.actor, type_id: 1 } },
    api: { operation: row.kind, service: { name: 'causeway' } },
    // Required by the class; the log does not record addresses, only which service it happened in.
    src_endpoint: { svc_name: 'causeway' },
    ...(row.incident === null ? {} : { resources: [{ type: 'incident', uid: row.incident }] }),
    metadata: {
      version: '1.3.0',
      product: { name: 'Causeway', vendor_name: 'Causeway' },
      log_name: 'audit',
      event_code: row.kind,
      uid: row.hash,
      sequence: row.seq,
      ...(row.incident === null ? {} : { correlation_uid: row.incident }),
    },
    raw_data: JSON.stringify(row),
  };
}
