import type { Budget, Spent } from '../core/budget.ts';
import type { Evidence, EvidenceId } from '../core/evidence.ts';
import type { Findings } from '../core/findings.ts';
import type { Incident } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { Tainted } from '../core/tainted.ts';
import type { Challenge } from '../core/verdict.ts';
import type { Ranking } from '../rootcause/ranking.ts';

/** A read the model may ask for. `call` stores the evidence and returns its id, compact view and stored result. */
export type ModelTool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Json;
  readonly call: (input: Json) => Promise<
    | {
        readonly kind: 'evidence';
        readonly id: EvidenceId;
        readonly view: Tainted;
        readonly result?: Json;
        /** False where the view already shows every number with its pointer. */
        readonly numbers?: boolean;
      }
    | { readonly kind: 'empty' | 'failed' | 'bad-input'; readonly says: string }
  >;
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
  readonly signal: AbortSignal;
  /** What people said meanwhile; read between turns. */
  readonly statements: () => Promise<readonly Tainted[]>;
  /** Every request and answer, for the audit and replay. */
  readonly record: (kind: 'model.request' | 'model.response', body: { readonly [key: string]: Json }) => Promise<void>;
};

export type Investigation =
  | { readonly kind: 'submitted'; readonly findings: Findings; readonly challenge: Challenge; readonly spent: Spent }
  /** No usable answer: the engine's ranking stands, labelled with the reason. */
  | { readonly kind: 'unavailable'; readonly why: string; readonly spent: Spent };

/** The model loop (`model/`): read tools only, typed findings, one adversarial turn. Never throws for a model's answer. */
export type Investigator = (request: InvestigationRequest) => Promise<Investigation>;
