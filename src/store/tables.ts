import type { ColumnType, Generated } from 'kysely';

/** Written as JSON text, read as whatever is there: every reader parses it. */
type Document = ColumnType<unknown, string, string>;
type OptionalDocument = ColumnType<unknown, string | null, string | null>;
/** node-postgres reads `bigint` as text. */
type BigInteger = ColumnType<string, number, number>;

/** The columns as Kysely knows them; `migrations/` is what makes them. */
export type Tables = {
  inbound: { key: string; body: Document };
  audit: { seq: BigInteger; incident: string | null; kind: string; entry: string; prev: string; hash: string };
  audit_head: { seq: BigInteger; hash: string };
  incident: {
    number: Generated<string>;
    platform: string;
    tenant: string;
    channel: string;
    root: string | null;
    phase: string;
    opened_at_ms: number;
    opened_by: string;
    question: OptionalDocument;
    symptom: OptionalDocument;
    onset_ms: number | null;
  };
  evidence: { incident: string; number: number; key: string; document: Document };
  gap: { incident: string; gaps: Document };
  spending: {
    day: string;
    incident: string;
    dollars: number;
    input_tokens: number;
    output_tokens: number;
    seconds: number;
    tool_calls: number;
    vendor_calls: number;
  };
  tape: { incident: string; key: string; document: Document; kept: Generated<string> };
  raw_key: { incident: string; wrapped: string };
  raw_turn: { incident: string; sha256: string; sealed: string };
  hypothesis: { incident: string; hypotheses: Document };
  plan: {
    id: string;
    version: number;
    incident: string;
    service: string;
    digest: string;
    document: Document;
    place: Document;
    state: string;
    settled_at_ms: number | null;
    saved: Generated<string>;
    nonce: Generated<string>;
  };
  approval: {
    plan: string;
    version: number;
    by: string;
    digest: string;
    at_ms: number;
    break_glass: ColumnType<boolean, boolean | undefined, boolean>;
    strength: ColumnType<string, string | undefined, string>;
    automatic: ColumnType<boolean, boolean | undefined, boolean>;
  };
  effect: {
    plan: string;
    step: string;
    intent: Document;
    outcome: OptionalDocument;
    at_ms: number;
  };
  control: { name: string; value: boolean };
  local_change: { changed: BigInteger };
  local_message: {
    id: string;
    key: string;
    channel: string;
    document: Document;
    version: number;
    changed: BigInteger;
  };
  outbox: { key: string; place: Document; ref: OptionalDocument };
  outbox_version: { ref: string; version: number };
  replica: { id: string; seen_at: Generated<Date> };
};
