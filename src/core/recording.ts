/** What an investigation is replayed from: everything it took from the world, and digests of everything it said. */
import type { AuditRow } from './audit-entry.ts';
import type { Catalogue } from './catalogue.ts';
import type { Evidence, Gap } from './evidence.ts';
import type { Incident } from './incident.ts';
import type { Json } from './json.ts';
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
};
