import type { Ranking } from '../../src/rootcause/ranking.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';

/** What `npm run bench -- rca` was asked for. */
export type ReadRequest = {
  /** The folder that holds one folder per set. */
  readonly dataDir: string;
  readonly split: string;
  /** One of the set's members; null when the set has none. */
  readonly member: string | null;
  /** Moves the boundary between past and incident: +60,000 puts the first minute of the fault into the past. */
  readonly shiftMs: number;
  /** Where past labelled incidents may be read (only the `dev` split there), or null. */
  readonly trainDir: string | null;
};

export type Case = {
  readonly id: string;
  /** Called when the case's turn comes, outside the measured time. */
  readonly telemetry: () => Telemetry;
  /** The ranking of the set's published simple method on the same case. */
  readonly baseline: () => readonly string[];
  /** Further simple methods by name, each written to `<set>.<name>.jsonl`. */
  readonly otherBaselines?: { readonly [name: string]: () => readonly string[] };
};

/** One line of the prediction file; the names are those of the set's labels. */
export type Answer = {
  readonly ranking: readonly string[];
  readonly scores: readonly number[];
  readonly abstained?: boolean;
};

/** One recorded set: how its cases become telemetry documents, and how a ranking is said in its labels' names. */
export type Dataset = {
  /** Also the name of its folder. */
  readonly name: string;
  /** Parts that are written to files of their own, such as `gaia`; empty when there are none. */
  readonly members: readonly string[];
  readonly baselineName: string;
  /** Never opens a labels file of the split it reads. */
  read(request: ReadRequest): AsyncIterable<Case> | Iterable<Case>;
  answer(ranking: Ranking, telemetry: Telemetry): Answer;
};
