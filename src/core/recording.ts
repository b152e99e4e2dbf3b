/** What an investigation is replayed from: everything it took from the world, and digests of everything it said. */
import type { AuditRow } from './audit-entry.ts';
import type { Catalogue } from './catalogue.ts';
import type { Evidence, Gap } from './evidence.ts';
import type { Incident, IncidentId } from './incident.ts';
import type { Json } from './json.ts';
import type { SharedBounds } from './spending.ts';
import type { Tainted } from './tainted.ts';

/** A card that was posted, or a message that was edited, by the digest of what it said. */
export type ShownCard =
  | { readonly what: 'post'; readonly key: string; readonly message: string; readonly sha256: string }
  | { readonly what: 'edit'; readonly message: string; readonly sha256: string };

/** A step that says something: its clock stood still at `atMs`. */
export type Told<Value> = { readonly atMs: number; readonly value: Value; readonly shown: readonly ShownCard[] };

/** The installation as the round met it. */
export type Facts = {
  readonly catalogue: Catalogue;
  readonly webUrl: string;
  readonly botName: string;
  readonly baselineMs: number;
  readonly budget: { readonly [bound: string]: number };
  /** Absent in recordings of a version without shared bounds. */
  readonly bounds?: SharedBounds;
  /** Connected tools, in their order. */
  readonly tools: readonly string[];
  readonly toolsOff: readonly Gap[];
  /** Whether a model was configured. */
  readonly model: boolean;
  /** The delivery that asked for another look; null in the first. */
  readonly again: { readonly key: string; readonly atMs: number; readonly question: Tainted } | null;
};

export type TapeEntry = { readonly key: string; readonly document: Json };

/** One incident as `causeway export` writes it and `causeway replay` reads it. */
export type Recording = {
  readonly version: 1;
  readonly incident: Incident;
  readonly evidence: readonly Evidence[];
  readonly audit: readonly AuditRow[];
  /** Step outputs and the model's reads, by `round/name`; the first round is called `first`. */
  readonly tape: readonly TapeEntry[];
  /** What models said, by the sha256 their `model.response` rows name. Absent in exports of before it was sealed. */
  readonly raw?: readonly { readonly sha256: string; readonly document: Json }[];
};

/** What models were sent and said, word for word: sealed per incident, and destroyed by age or on request. */
export type RawKeeping<Transaction> = {
  /** Seals what a model was sent or said; returns the sha256 of its canonical JSON, which opens it again. */
  keepRaw(incident: IncidentId, document: Json): Promise<string>;
  /** Null when it was never kept, was forgotten, or cannot be opened with this installation's key. */
  raw(incident: IncidentId, sha256: string): Promise<Json | null>;
  /** Destroys an incident's key, its sealed turns and its tape; returns how many rows went. */
  forgetRaw(transaction: Transaction, incident: IncidentId): Promise<number>;
  /** The same for all whose newest row was kept longer ago than this, by the database's clock; returns which. */
  forgetRawBefore(transaction: Transaction, days: number): Promise<readonly IncidentId[]>;
};
