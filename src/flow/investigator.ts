import type { BoardUpdate } from '../core/board.ts';
import type { Budget, Spent } from '../core/budget.ts';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Findings } from '../core/findings.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { Tainted } from '../core/tainted.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Ranking } from '../rootcause/ranking.ts';
import type { Allowance } from './allowance.ts';

/** What a read the model asked for came to. */
export type ToolAnswer =
  | {
      readonly kind: 'evidence';
      readonly id: EvidenceId;
      readonly view: Tainted;
      readonly result?: Json;
      /** False where the view already shows every number with its pointer. */
      readonly numbers?: boolean;
    }
  /** With the evidence that says so, which can be cited. */
  | { readonly kind: 'empty'; readonly says: string; readonly id?: EvidenceId; readonly result?: Json }
  | { readonly kind: 'failed' | 'bad-input'; readonly says: string };

/** A read the model may ask for. `call` stores the evidence and returns its id, compact view and stored result. */
export type ModelTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Json;
  readonly call: (input: Json) => Promise<ToolAnswer>;
};

export type InvestigationRequest = {
  readonly incident: Incident;
  /** Services, owners and edges, as the catalogue says. Ours. */
  readonly brief: string;
  readonly ranking: Ranking;
  readonly evidence: readonly Evidence[];
  readonly views: ReadonlyMap<EvidenceId, Tainted>;
  readonly tools: readonly ModelTool[];
  readonly budget: Budget;
  /** The bounds it shares with other looks and incidents; read before every turn. */
  readonly allowance: Allowance;
  readonly signal: AbortSignal;
  /** What people said, oldest first, each kept as evidence that can be cited; read between turns. */
  readonly statements: () => Promise<readonly Evidence[]>;
  /** Who asked to stop, or null; asked between turns. */
  readonly stopped: () => Promise<string | null>;
  /** Shows what the model weighs now. Returns why parts were not taken. */
  readonly showBoard: (update: BoardUpdate, turn: number) => Promise<readonly string[]>;
  /** Every request and answer, for the audit and replay. */
  readonly record: (
    kind: 'model.request' | 'model.response',
    body: { readonly [key: string]: Json },
    /** Word for word what was sent: sealed, and deleted by age. */
    raw?: Json,
  ) => Promise<void>;
};

/** A model that was asked, and why it was left: "is overloaded". Null for the last. */
export type ModelUsed = { readonly model: string; readonly why: string | null };

export type Investigation = { readonly models?: readonly ModelUsed[] } & (
  | {
      readonly kind: 'submitted';
      readonly findings: Findings;
      readonly challenge: Challenge;
      /** Why it ended early, for the label; null when it ran to its end. */
      readonly endedBy: string | null;
      readonly spent: Spent;
    }
  /** No usable answer: the engine's ranking stands, labelled with the reason. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly spent: Spent }
);

/** The model loop (`model/`): read tools only, typed findings, one adversarial turn. Never throws for a model's answer. */
export type Investigator = (request: InvestigationRequest) => Promise<Investigation>;
