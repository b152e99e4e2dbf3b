import type { z } from 'zod';
import type { Sighting } from './core/draft-catalogue.ts';

/** One thing `doctor` looked at. */
export type Check = {
  /** What was looked at: "reachable", "clock", "scopes", "read", "write refused". */
  readonly name: string;
  /** `unknown`: the vendor does not tell; said, and no problem. */
  readonly state: 'ok' | 'problem' | 'unknown';
  readonly says: string;
  /** What to do, exactly; null when nothing is wrong. */
  readonly fix: string | null;
};

/** A draft of one catalogue entry, for people to review. */
export type DiscoveredService = Sighting;

export type IntegrationContext = {
  readonly signal: AbortSignal;
  readonly nowMs: number;
  /** The catalogue's, such as `prod`. */
  readonly environment: string;
  /** Known repositories, `owner/name`, from the catalogue; empty when there is none yet. */
  readonly repositories: readonly string[];
  /** Kubernetes namespaces that the catalogue names. */
  readonly namespaces: readonly string[];
  /** Known log groups from the catalogue. */
  readonly logGroups: readonly string[];
};

/** One vendor as a whole, `tools/<vendor>/integration.ts`: what `doctor` and `catalog discover` ask of it. */
export type Integration<Environment extends z.ZodType = z.ZodType> = {
  /** As people call it. */
  readonly vendor: string;
  /** The `source` of its tools. */
  readonly source: string;
  /** As in `Tool`. */
  readonly environment: Environment;
  /** File under `deploy/` with the grants its tools need and no more. */
  readonly grants: string;
  connect(environment: z.output<Environment>): {
    /**
     * Reachability, clock, granted against needed and forbidden, a read that must pass and a write that must be refused.
     * The write is one that can have no effect even where it is allowed. Never throws for a vendor's answer.
     */
    examine(context: IntegrationContext): Promise<readonly Check[]>;
    /** What runs, as this vendor knows it. Rejects as the vendor's refusal reads it. Absent: it knows nothing of that. */
    discover?(context: IntegrationContext): Promise<readonly DiscoveredService[]>;
  };
};

/** Gives an integration file its types; returns its argument unchanged. */
export function defineIntegration<Environment extends z.ZodType>(
  integration: Integration<Environment>,
): Integration<Environment> {
  return integration;
}
