import type { z } from 'zod';
import type { Catalogue, Service } from './core/catalogue.ts';
import type { Chart, Provenance, Window } from './core/evidence.ts';
import type { Json } from './core/json.ts';
import type { Tainted } from './core/tainted.ts';
import type { AlertSignal, Signals } from './rootcause/telemetry.ts';

/** What one tool call learned. `empty` is an answer too: it says what was searched. */
export type Finding =
  | {
      readonly kind: 'found';
      /** The vendor's answer, cut to the fields we use; redacted and stored by the flow. */
      readonly result: Json;
      readonly provenance: Provenance;
      readonly query: string;
      readonly window: Window;
      readonly link: string;
      /** One sentence; numbers in it come from `result`. */
      readonly headline: readonly (string | Tainted)[];
      readonly chart: Chart | null;
      /** Compact text for the model, at most about 2,000 tokens; outside text in it stays data. */
      readonly view: Tainted;
      /** What the engine can use of it. */
      readonly signals: Signals;
      readonly truncated: boolean;
    }
  | {
      readonly kind: 'empty';
      readonly searched: string;
      readonly query: string;
      readonly window: Window;
      readonly link: string;
    }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly retryable: boolean;
      readonly blocks: string;
      readonly fix: string;
    };

export type ToolContext = {
  /** Ends the call at once. */
  readonly signal: AbortSignal;
  /** How long the caller waits for an answer: a tool that reads in parts tells what it has before that. */
  readonly timeoutMs: number;
  readonly nowMs: number;
  readonly catalogue: Catalogue;
};

/** What the first look knows when it asks each tool for its probes. */
export type ProbeContext = {
  readonly catalogue: Catalogue;
  /** The symptom's service, all it calls, who calls it, and who else calls what it calls: nearest first. */
  readonly scope: readonly Service[];
  readonly alert: AlertSignal | null;
  /** From one baseline length before the suspected onset until now. */
  readonly window: Window;
};

export type Tool<Environment extends z.ZodType = z.ZodType, Input extends z.ZodType = z.ZodType> = {
  /** snake_case, as the model sees it. */
  readonly name: string;
  /** Vendor name, lower-case: two tools of one vendor are one source. */
  readonly source: string;
  readonly description: string;
  /** Environment variables it needs. All absent: the tool is off and shows as a gap. Some absent: a start-up error. */
  readonly environment: Environment;
  readonly input: Input;
  /** Set by tools that report monitor states: they are asked first, to find out what the incident is about. */
  readonly readsMonitors?: boolean;
  /** Calls worth making before anybody thinks. At most 12; the flow runs all tools' probes concurrently. */
  readonly probes: (context: ProbeContext) => readonly z.input<Input>[];
  /** Builds the client once per process and returns the call. The call never throws for a vendor's answer. */
  connect(environment: z.output<Environment>): (input: z.output<Input>, context: ToolContext) => Promise<Finding>;
};

/** Gives a tool file its types; returns its argument unchanged. */
export function defineTool<Environment extends z.ZodType, Input extends z.ZodType>(
  tool: Tool<Environment, Input>,
): Tool<Environment, Input> {
  return tool;
}
