import type { CauseKind } from './hypothesis.ts';
import type { Json } from './json.ts';
import type { Precondition, Risk } from './plan.ts';
import type { RunbookFact } from './runbook-facts.ts';

/** What a person may fill in. Text must match `pattern` from end to end (RE2 syntax, so that no value can hang us). */
export type RunbookInput = {
  readonly description: string;
  /** Used when the caller says nothing. Absent: the input is required. */
  readonly default?: string | number | boolean;
  /** The fact of the incident that suggests a value. People can change it. */
  readonly suggest?: RunbookFact;
} & (
  | { readonly type: 'string'; readonly pattern: string; readonly maxLength: number }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'number'; readonly min: number; readonly max: number; readonly integer: boolean }
  | { readonly type: 'boolean' }
);

/** Parameters may contain `${inputs.NAME}` and nothing else is ever substituted. */
export type RunbookStep = {
  readonly id: string;
  readonly action: string;
  readonly says: string;
  readonly parameters: { readonly [name: string]: Json };
  /** How a person sees that the step worked. */
  readonly verify: string;
  /** Parameters laid over those of the step to take it back, or why that cannot be done. */
  readonly undo: RunbookUndo;
  readonly timeoutSeconds: number;
};

type RunbookUndo =
  | { readonly says: string; readonly action?: string; readonly parameters: { readonly [name: string]: Json } }
  | { readonly impossible: string };

/** One file of `runbooks/`. Written by people; `guidance` is text for people, never an instruction to a model. */
export type Runbook = {
  readonly name: string;
  readonly title: string;
  /** Catalogue group id. */
  readonly owner: string;
  readonly risk: Risk;
  /** Days after its last success from which it counts as stale. Absent: 90. */
  readonly staleAfterDays?: number;
  /** `callees`: it also changes what the service calls directly and their databases and caches. */
  readonly reach: 'service' | 'callees';
  readonly suggestsFor: readonly CauseKind[];
  readonly inputs: { readonly [name: string]: RunbookInput };
  readonly preconditions: readonly Precondition[];
  readonly steps: readonly RunbookStep[];
  readonly expectedEffect: string;
  readonly guidance: string;
};

export type RunbookValues = { readonly [input: string]: string | number | boolean };
