import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { genesisHash, rowHash } from '../../src/core/audit-chain.ts';
import { type AuditEntry, type AuditRow, auditKinds } from '../../src/core/audit-entry.ts';
import { auditEvent } from '../../src/core/audit-export.ts';

function rowOf(changes: Partial<AuditEntry>, seq = 7): AuditRow {
  const entry: AuditEntry = {
    kind: 'approval.click',
    incident: 'INC-1',
    actor: 'rita',
    atMs: 1_795_000_000_123,
    body: { plan: 'PLAN-1', choice: 'approve' },
    ...changes,
  };
  return { ...entry, seq, prev: genesisHash, hash: rowHash(genesisHash, seq, entry) };
}

const everyKind = auditKinds.flatMap((kind) => [
  rowOf({ kind }),
  rowOf({ kind, incident: null, actor: 'causeway', atMs: 0 }),
]);

/** What the class reference of OCSF 1.3.0 requires of API Activity and of the objects used, and their types. */
const apiActivity = {
  type: 'object',
  required: 'activity_id category_uid class_uid type_uid severity_id time metadata actor api src_endpoint'.split(' '),
  properties: {
    activity_id: { enum: [1, 2, 3, 4, 99] },
    category_uid: { const: 6 },
    class_uid: { const: 6003 },
    severity_id: { enum: [1, 2, 3, 4, 5, 6] },
    status_id: { enum: [1, 2, 99] },
    time: { type: 'integer' },
    metadata: {
      type: 'object',
      required: ['version', 'product'],
      properties: {
        version: { const: '1.3.0' },
        product: { type: 'object', required: ['vendor_name'] },
        sequence: { type: 'integer' },
        uid: { type: 'string' },
      },
    },
    actor: { type: 'object', anyOf: [{ required: ['user'] }, { required: ['app_name'] }] },
    api: { type: 'object', required: ['operation'], properties: { service: { required: ['name'] } } },
    src_endpoint: { type: 'object', required: ['svc_name'] },
    resources: { type: 'array', items: { type: 'object', required: ['uid'] } },
    raw_data: { type: 'string' },
  },
};

/** CloudEvents 1.0.2: required attributes, non-empty strings, names of lower-case letters and digits only. */
const cloudEvent = {
  type: 'object',
  required: ['id', 'source', 'specversion', 'type'],
  properties: {
    specversion: { const: '1.0' },
    time: { type: 'string', pattern: String.raw`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$` },
    datacontenttype: { const: 'application/json' },
    data: { type: 'object' },
  },
  patternProperties: { '^(?!data$)[a-z0-9]+$': { type: 'string', minLength: 1 } },
  additionalProperties: false,
};

it.each([
  ['ocsf', apiActivity],
  ['cloudevents', { ...cloudEvent, properties: { ...cloudEvent.properties } }],
] as const)('%s: every kind of entry is a valid event', (format, schema) => {
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(schema);
  const wrong = everyKind.flatMap((row) =>
    validate(auditEvent(row, format)) ? [] : [`${row.kind}: ${ajv.errorsText(validate.errors)}`],
  );
  expect(wrong).toEqual([]);
});

it('an event names who, what, when and where it stands, and carries the row', () => {
  const row = rowOf({});
  expect(auditEvent(row, 'jsonl')).toEqual(row);
  expect(auditEvent(row, 'cloudevents')).toEqual({
    specversion: '1.0',
    id: row.hash,
    source: 'urn:causeway:audit',
    type: 'causeway.audit.approval.click',
    subject: 'INC-1',
    time: '2026-11-18T11:06:40.123Z',
    datacontenttype: 'application/json',
    sequence: '000000000007',
    data: row,
  });
  expect(auditEvent(row, 'ocsf')).toMatchObject({
    time: 1_795_000_000_123,
    actor: { user: { uid: 'rita' } },
    api: { operation: 'approval.click' },
    metadata: { uid: row.hash, sequence: 7, correlation_uid: 'INC-1' },
    raw_data: JSON.stringify(row),
  });
});

it('an effect is an update, a look is a read, a refusal a failure', () => {
  const ocsf = (kind: AuditEntry['kind']) => auditEvent(rowOf({ kind }), 'ocsf');
  expect(ocsf('effect.intent')).toMatchObject({ activity_id: 3, type_uid: 600_303 });
  expect(ocsf('tool.intent')).toMatchObject({ activity_id: 2, type_uid: 600_302 });
  expect(ocsf('verdict')).toMatchObject({ activity_id: 99, activity_name: 'verdict', type_uid: 600_399 });
  expect(ocsf('approval.refused')).toMatchObject({ status_id: 2, severity_id: 2 });
});
