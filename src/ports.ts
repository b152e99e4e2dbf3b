/**
 * What the flow needs from the world. Types only; each port has few members. Adapters implement them, `main.ts` wires
 * them, tests replace them at the process edge (HTTP, database), not here.
 */
import type { ApprovalRow, PlanState, SignedIn } from './core/approval.ts';
import type { AuditEntry, AuditKind, AuditRow } from './core/audit-entry.ts';
import type { Card, CardActionId } from './core/card.ts';
import type { Evidence, EvidenceId, Gap } from './core/evidence.ts';
import type { FormAnswers, FormAsking, FormOpening, FormReading, FormSent } from './core/form.ts';
import type { Hypothesis } from './core/hypothesis.ts';
import type { Incident, IncidentId, Phase, Place, Symptom } from './core/incident.ts';
import type { Json } from './core/json.ts';
import type { SealedPlan } from './core/plan.ts';
import type { Audience } from './core/readers.ts';
import type { RawKeeping, TapeEntry } from './core/recording.ts';
import type { RedactionReceipt } from './core/redaction-receipt.ts';
import type { RunbookEnd } from './core/runbook-history.ts';
import type { SharedSpending, Spending } from './core/spending.ts';
import type { Tainted } from './core/tainted.ts';

/** In local mode the lab's clock, otherwise the machine's. Flow code never calls `Date.now`. */
export type Clock = {
  nowMs(): number;
  /** Resolves when `nowMs() >= untilMs`; rejects with the signal's reason when aborted. */
  waitUntil(untilMs: number, signal: AbortSignal): Promise<void>;
  /** How many real milliseconds `durationMs` of this clock takes, now. */
  realMs(durationMs: number): number;
};

/** Who did something on a platform, as that platform authenticated it. */
export type Actor = { readonly platform: Place['platform']; readonly tenant: string; readonly account: string };

/** What people and monitors can do from a chat, on any platform. Adapters parse into this and nothing else. */
export type Inbound =
  | {
      readonly type: 'mention';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly text: Tainted;
      readonly atMs: number;
    }
  | {
      readonly type: 'command';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly text: Tainted;
      readonly atMs: number;
    }
  /** A message in a channel the bot is in, without a mention: human statement or a monitor's alert. */
  | {
      readonly type: 'message';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly bot: boolean;
      readonly text: Tainted;
      readonly atMs: number;
    }
  | {
      readonly type: 'click';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly action: CardActionId;
      readonly value: string;
      readonly reason: Tainted | null;
      /** What was chosen beside the button, by name. Untrusted. */
      readonly chosen?: { readonly [name: string]: string };
      /** Set only by the plan's own page: who signed in there, how, and when. No chat adapter can say so. */
      readonly signedIn?: SignedIn;
      readonly atMs: number;
    }
  /** A form that was sent. `FormDesk.read` makes it: its key is the form's own, so that one form is one request. */
  | {
      readonly type: 'form';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly seal: string;
      readonly answers: FormAnswers;
      readonly atMs: number;
    }
  | {
      readonly type: 'joined';
      readonly key: string;
      readonly place: Place;
      readonly actor: Actor;
      readonly channelName: Tainted;
      readonly atMs: number;
    };

/** Handed to every chat adapter: commits the delivery durably, then returns. False when it was seen before. */
export type Intake = (inbound: Inbound) => Promise<boolean>;

/** Forms for adapters to draw and read. Nothing happens here: what was sent goes through `Intake`. */
export type FormDesk = {
  /** Whether a command line can only be answered by a form. Reads nothing. */
  wanted(line: Tainted): boolean;
  open(asking: FormAsking<Actor>): Promise<FormOpening>;
  read(sent: FormSent<Actor>): Promise<FormReading<Inbound>>;
};

export type MessageRef = { readonly place: Place; readonly id: string };

export type Document = {
  readonly name: string;
  readonly mediaType: 'text/markdown' | 'application/json';
  readonly text: string;
};

/** One chat platform, outbound. Every method is safe to repeat with the same key or version. */
export type ChatPlatform = {
  readonly name: Place['platform'];
  /** Posts once per `key`, across restarts. */
  post(place: Place, card: Card, key: string): Promise<MessageRef>;
  /** Replaces the message. Versions below one already shown are ignored. */
  update(ref: MessageRef, card: Card, version: number): Promise<void>;
  /** Shows a card to one person only. */
  whisper(actor: Actor, place: Place, card: Card, key: string): Promise<void>;
  /** Attaches a document in a thread. */
  share(place: Place, document: Document, key: string): Promise<void>;
  /** Who can read the channel now. Absent or rejecting: nobody knows, and restricted evidence is withheld there. */
  audience?(place: Place): Promise<Audience>;
  /** What the platform knows of the account at this moment: guest, deactivated, of another organisation. */
  account(
    actor: Actor,
  ): Promise<{ readonly name: string; readonly standing: 'member' | 'guest' | 'stranger' | 'inactive' }>;
};

/** A database transaction, opaque to the flow. */
export type Transaction = { readonly transaction: unique symbol };

/** The rows behind the story. Methods without a transaction open their own. */
export type Store = RawKeeping<Transaction> & {
  transact<Value>(work: (transaction: Transaction) => Promise<Value>): Promise<Value>;
  /** True for the first caller only, across restarts and processes. */
  claim(transaction: Transaction, key: string, body: Json): Promise<boolean>;
  audit(transaction: Transaction | null, entry: AuditEntry): Promise<number>;
  auditRows(filter: {
    incident?: string;
    kind?: AuditKind;
    afterSeq?: number;
    limit?: number;
  }): Promise<readonly AuditRow[]>;
  /** The newest row, or null when nothing was ever recorded. */
  auditHead(): Promise<AuditRow | null>;
  /** Adds what no audit row says; `model.response` and `tool.result` rows are counted as they are recorded. */
  spend(incident: string | null, atMs: number, spent: Partial<Spending>): Promise<void>;
  /** What an incident cost so far, and the UTC day of `atMs` over all incidents, of every process on this database. */
  spending(incident: string | null, atMs: number): Promise<SharedSpending>;

  openIncident(transaction: Transaction, incident: Omit<Incident, 'id'>): Promise<Incident>;
  incident(id: string): Promise<Incident | null>;
  /** The newest incident of a channel that is not closed. */
  incidentAt(place: Place): Promise<Incident | null>;
  /** The newest incident of a channel, closed or not: what people ask about afterwards. */
  lastIncidentAt(place: Place): Promise<Incident | null>;
  incidents(limit: number): Promise<readonly Incident[]>;
  setPhase(transaction: Transaction | null, id: IncidentId, phase: Phase): Promise<void>;
  setSymptom(
    transaction: Transaction | null,
    id: IncidentId,
    symptom: Symptom | null,
    onsetMs: number | null,
  ): Promise<void>;

  /** Stores evidence under the next free id of the incident; the same `key` returns the first id. */
  addEvidence(incident: IncidentId, key: string, evidence: Omit<Evidence, 'id' | 'incident'>): Promise<Evidence>;
  evidence(incident: IncidentId): Promise<readonly Evidence[]>;
  evidenceById(incident: IncidentId, id: EvidenceId): Promise<Evidence | null>;
  saveGaps(incident: IncidentId, gaps: readonly Gap[]): Promise<void>;
  gaps(incident: IncidentId): Promise<readonly Gap[]>;
  saveHypotheses(
    transaction: Transaction | null,
    incident: IncidentId,
    hypotheses: readonly Hypothesis[],
  ): Promise<void>;
  hypotheses(incident: IncidentId): Promise<readonly Hypothesis[]>;

  /** Keeps what a step took from the world, for replays; the same key replaces it. */
  keepOnTape(incident: IncidentId, key: string, document: Json): Promise<void>;
  /** In the order first kept. */
  tape(incident: IncidentId): Promise<readonly TapeEntry[]>;

  /** Inserts a sealed plan as pending; an older pending version of the same plan id becomes superseded. */
  savePlan(transaction: Transaction | null, sealed: SealedPlan, place: Place): Promise<PlanSaving>;
  plan(id: string): Promise<PlanRow | null>;
  /** Row-locked read, for one decision. */
  planForUpdate(transaction: Transaction, id: string): Promise<PlanRow | null>;
  plansOf(incident: IncidentId): Promise<readonly PlanRow[]>;
  /** For every runbook that was ever run here, when it last worked and when it last failed. */
  runbookEnds(): Promise<readonly RunbookEnd[]>;
  /** Compare-and-set; false when the row was not in `from`. */
  movePlan(
    transaction: Transaction | null,
    id: string,
    from: readonly PlanState[],
    to: PlanState,
    atMs: number,
  ): Promise<boolean>;
  addApproval(transaction: Transaction, plan: string, approval: ApprovalRow): Promise<boolean>;
  /** Records that an effect is about to happen. False when this key already has an intent. */
  intend(plan: string, step: string, body: Json): Promise<boolean>;
  effect(plan: string, step: string): Promise<{ readonly intent: Json; readonly outcome: Json | null } | null>;
  settleEffect(plan: string, step: string, outcome: Json): Promise<void>;
  /** Effects started since `sinceMs`, for rate limits; and plans running per service. */
  effectsSince(sinceMs: number): Promise<number>;
  runningOn(service: string): Promise<readonly string[]>;
  setStopped(transaction: Transaction | null, stopped: boolean): Promise<void>;
  stopped(): Promise<boolean>;
};

/** `in-flight`: the version before was approved or is running, so that nothing was saved. */
export type PlanSaving = 'saved' | 'in-flight';

export type PlanRow = SealedPlan & {
  readonly state: PlanState;
  readonly place: Place;
  readonly approvals: readonly ApprovalRow[];
  readonly settledAtMs: number | null;
  /** Drawn by the store when it first kept this version; in every button of it. */
  readonly nonce: string;
};

/**
 * Durable execution, as the story sees it. A workflow function may be replayed from the start after a crash: everything
 * that touches the world or reads a clock goes through `step`, whose result is recorded once. Steps are at-least-once.
 */
export type Durable = {
  step<Value>(name: string, run: () => Promise<Value>): Promise<Value>;
  /** The message sent to `topic`, or null after `timeoutMs` of the clock. Recorded. */
  waitFor<Message extends Json>(topic: string, timeoutMs: number): Promise<Message | null>;
  /** Waits until the clock reaches `untilMs` (take it from a step); survives restarts. */
  pauseUntil(untilMs: number): Promise<void>;
};

/** Its input is stored as JSON: what `start` was given is what every replay gets. */
export type Workflow<Input extends Json = Json> = (durable: Durable, input: Input) => Promise<void>;

export type WorkflowStart<Input extends Json> = {
  readonly name: string;
  readonly id: string;
  /** What the workflow registered under `name` takes: name the type at the call, nothing else ties the two. */
  readonly input: Input;
  readonly queueKey: string | null;
};

/** All that are given must hold. */
export type EndedWorkflows = {
  readonly ids?: readonly string[];
  readonly idPrefix?: string;
  readonly queueKey?: string;
  /** By the database's clock. */
  readonly endedForMs?: number;
};

export type Engine = {
  /** Before `launch`. Names are stable: they are stored. */
  register<Input extends Json>(name: string, workflow: Workflow<Input>): void;
  launch(): Promise<void>;
  /**
   * Starts a workflow with its id as dedupe key, in the caller's transaction. Workflows with the same `queueKey` run one
   * at a time, in order.
   */
  start<Input extends Json>(transaction: Transaction, request: WorkflowStart<Input>): Promise<void>;
  /** Wakes a waiting workflow; the first message per `key` wins. */
  send(transaction: Transaction, message: { workflow: string; topic: string; body: Json; key: string }): Promise<void>;
  /** Waits for a workflow to end; for tests and the command line. */
  finished(id: string): Promise<void>;
  /** Deletes what it keeps of workflows that have ended; how many. Absent: it keeps nothing beyond the process. */
  forgetEnded?(which: EndedWorkflows): Promise<number>;
  shutdown(): Promise<void>;
};

/** Redaction, the only door outwards. Fails closed: text that cannot be checked is withheld. */
export type Redactor = {
  /** `receipt` counts what was masked by kind; a redactor that keeps no count leaves it out. */
  redact(
    text: string,
  ): Promise<{ readonly text: string; readonly redactions: number; readonly receipt?: RedactionReceipt }>;
};

/** What an outbound adapter remembers, so that a post happens once per key across restarts and edits go forward. */
export type Outbox = {
  /** `new`: an intent is now stored, post. `intended`: an earlier attempt may have posted, look first. `posted`: done. */
  begin(
    key: string,
    place: Place,
  ): Promise<{ readonly state: 'new' | 'intended' } | { readonly state: 'posted'; readonly ref: MessageRef }>;
  posted(key: string, ref: MessageRef): Promise<void>;
  /** True when `version` is above every version recorded for this message. */
  advance(ref: MessageRef, version: number): Promise<boolean>;
};
