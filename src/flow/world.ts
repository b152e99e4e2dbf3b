/** Everything the story touches, as one value. `main.ts` builds it; nothing in `flow/` builds a client. */
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Action } from '../action.ts';
import type { Budget } from '../core/budget.ts';
import type { Catalogue } from '../core/catalogue.ts';
import type { Gap } from '../core/evidence.ts';
import type { IncidentId, Place } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { Runbook } from '../core/runbook.ts';
import type { SharedBounds } from '../core/spending.ts';
import type { Policy } from '../policy-port.ts';
import type { ChatPlatform, Clock, Engine, Redactor, Store } from '../ports.ts';
import type { Finding, Tool, ToolContext } from '../tool.ts';
import type { Investigator } from './investigator.ts';
import type { PullWatch, RollbackPlanner } from './rollback-port.ts';

export type ConnectedTool = {
  readonly tool: Tool;
  readonly call: (input: Json, context: ToolContext) => Promise<Finding>;
};

export type ConnectedAction = {
  readonly action: Pick<Action, 'name' | 'description'> & { readonly parameters: z.ZodType };
  readonly connected: ReturnType<Action['connect']>;
};

export type Settings = {
  /** The name people mention. */
  readonly botName: string;
  /** Public base URL of the web page, for links in cards. */
  readonly webUrl: string;
  readonly approveWithinMs: number;
  readonly startWithinMs: number;
  /** A plan that runs alone is announced this long before. */
  readonly aloneAfterMs: number;
  readonly baselineMs: number;
  readonly probeTimeoutMs: number;
  /** For reads that somebody asked for: the model, or a person who re-runs one. */
  readonly readTimeoutMs: number;
  readonly watchEveryMs: number;
  readonly mergeWithinMs: number;
  readonly recoverWithinMs: number;
  readonly frozen: boolean;
  /** How people prove on the plan's page who they are. `none`: what needs more than a chat account cannot be approved. */
  readonly signIn: 'none' | 'local' | 'oidc';
  readonly budget: Budget;
  /** What all looks at an incident share, and all incidents of a UTC day. */
  readonly bounds: SharedBounds;
};

export type World = {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly redactor: Redactor;
  readonly policy: Policy;
  readonly catalogue: Catalogue;
  readonly tools: readonly ConnectedTool[];
  /** Tools that are off, with what would turn them on. */
  readonly toolsOff: readonly Gap[];
  readonly actions: readonly ConnectedAction[];
  readonly planRollback: RollbackPlanner | null;
  readonly watchPull: PullWatch | null;
  readonly runbooks: readonly Runbook[];
  /** Null when no model is configured. */
  readonly investigator: Investigator | null;
  readonly platform: (name: Place['platform']) => ChatPlatform;
  readonly newId: (prefix: string) => string;
  /** Seals the buttons that decide. The same for all replicas of a database. */
  readonly buttonKey: Uint8Array;
  /** Keeps a signed checkpoint of the audit log outside the database. Never throws. Absent: none is kept. */
  readonly anchorAudit?: () => Promise<void>;
  readonly settings: Settings;
  readonly log: Logger;
};

export const incidentUrl = (world: World, id: IncidentId): string => `${world.settings.webUrl}/i/${id}`;
