import type { Json } from './json.ts';
import type { Reading } from './reading.ts';
import type { RedactionReceipt } from './redaction-receipt.ts';
import type { Tainted } from './tainted.ts';

export type EvidenceId = `E${number}`;
export type HypothesisId = `H${number}`;

/** Milliseconds since the epoch, half open: `[fromMs, toMs)`. */
export type Window = { readonly fromMs: number; readonly toMs: number };

/**
 * How far a value can be trusted (trust model, ARCHITECTURE.md):
 * A authenticated control plane (merges, deployments), B numbers a platform computed,
 * C free text others can write, D external people.
 */
export type Provenance = 'A' | 'B' | 'C' | 'D';

/** What one read told us, as stored. `result` is already redacted; `sha256` is over its canonical JSON. */
export type Evidence = {
  readonly id: EvidenceId;
  readonly incident: string;
  readonly tool: string;
  /** Vendor, for independence: two tools of one vendor are one source. */
  readonly source: string;
  readonly input: Json;
  /** The query in the vendor's own language, so that a person can paste it. */
  readonly query: string;
  readonly window: Window;
  readonly provenance: Provenance;
  readonly result: Json;
  readonly sha256: string;
  readonly bytes: number;
  readonly redactions: number;
  /** The same by kind; absent in rows of older versions. */
  readonly redacted?: RedactionReceipt;
  /** The vendor's own page. Built by the tool from configuration, never taken from a result. */
  readonly link: string;
  /** One sentence for people, built by the tool from numbers in `result`; outside text stays tainted inside it. */
  readonly headline: readonly (string | Tainted)[];
  readonly chart: Chart | null;
  readonly truncated: boolean;
  readonly takenAtMs: number;
  /** What it says of quantities that other items may also speak of. */
  readonly readings?: readonly Reading[] | undefined;
  /** How many texts in it look like instructions (`core/quarantine.ts`). Absent: none. */
  readonly suspect?: number | undefined;
  /** The query found nothing. It can be cited as that; it supports no cause and shows nobody well. */
  readonly empty?: true | undefined;
};

/** One line chart: at most 20 points are shown in chat; the page shows them all. */
export type Chart = {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly {
    readonly name: string;
    readonly points: readonly (readonly [atMs: number, value: number])[];
  }[];
  readonly marks: readonly {
    readonly atMs: number;
    readonly label: string;
    readonly kind: 'onset' | 'change' | 'recovery' | 'threshold';
  }[];
};

/** A source that could not be read, what that blocks and the exact grant or step that fixes it. */
export type Gap = {
  readonly tool: string;
  readonly reason: string;
  readonly blocks: string;
  readonly fix: string;
};
