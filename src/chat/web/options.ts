import type { Logger } from 'pino';
import type { ChatLog } from '../../chat-log-port.ts';
import type { Decision } from '../../core/approval-button.ts';
import type { Catalogue, DirectoryPerson } from '../../core/catalogue.ts';
import type { Incident } from '../../core/incident.ts';
import type { Json } from '../../core/json.ts';
import type { Risk } from '../../core/plan.ts';
import type { SharedBounds } from '../../core/spending.ts';
import type { Tainted } from '../../core/tainted.ts';
import type { Clock, FormDesk, Intake, PlanRow, Store } from '../../ports.ts';
import type { SignInDoor } from './open-id.ts';

export type AuditCheck =
  | { readonly ok: true; readonly rows: number; readonly head: string }
  | { readonly ok: false; readonly firstBadSeq: number; readonly why: string };

export type AuditHead = { readonly seq: number; readonly hash: string; readonly atMs: number };

/** What the pages need. `main.ts` gives it. */
export type WebOptions = {
  readonly store: Store;
  readonly chatLog: ChatLog;
  readonly intake: Intake;
  readonly forms: FormDesk;
  readonly clock: Clock;
  readonly catalogue: Catalogue;
  readonly log: Logger;
  /** Who can be chosen in the person switcher; only those with a `web` account count. */
  readonly localPeople: readonly DirectoryPerson[];
  /** Signs cookies and form tokens; at least 32 characters, stable across restarts. */
  readonly secret: string;
  /** Channels that exist before anybody says something. */
  readonly channels?: readonly string[];
  /** Host names a browser may use besides loopback. Empty in local mode. */
  readonly allowedHosts?: readonly string[];
  readonly postmortem: (incident: Incident) => Promise<{ readonly markdown: string; readonly json: Json }>;
  readonly verifyAudit: () => Promise<AuditCheck>;
  /** The newest audit row; without it the audit page shows the head after a verification. */
  readonly auditHead?: () => Promise<AuditHead | null>;
  readonly approversNeeded: (risk: Risk) => number;
  /** Whether a chat account alone may not approve this. */
  readonly needsSignIn: (risk: Risk) => boolean;
  /** What the plan's own button carries for this decision. */
  readonly buttonValue: (row: PlanRow, decision: Decision) => string;
  /** Where people sign in. Absent: whoever sits at the browser chooses who they are. */
  readonly signIn?: SignInDoor;
  /** The change a plan makes, as a diff; without it the one on the approval message is shown. */
  readonly planDiff?: (row: PlanRow) => Promise<Tainted | string | null>;
  /** What looks at an incident and incidents of a day share; without it pages name no bound. */
  readonly bounds?: SharedBounds;
  /** What keeps this process from serving; empty means ready. */
  readonly ready?: () => Promise<readonly string[]>;
  /** Real milliseconds between heartbeats on an open event stream, 15,000 by default. */
  readonly heartbeatMs?: number;
};
