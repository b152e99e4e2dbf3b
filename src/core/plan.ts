import type { IncidentId } from './incident.ts';
import type { Json } from './json.ts';
import type { Tainted } from './tainted.ts';

/** 1 reversible and small, 2 reversible and wide or backed by weak evidence, 3 high. */
export type Risk = 1 | 2 | 3;

/** One call the executor will make: a catalogue id and parameters fixed by code. */
export type PlanStep = {
  readonly id: string;
  readonly action: string;
  /** Everything the action needs; no step reads text from anywhere else. */
  readonly parameters: { readonly [name: string]: Json };
  /** What a person reads: "Open a pull request that reverts #41 on acme/shop". Ours. */
  readonly says: string;
};

/** A fact that must still hold when the plan starts. The action re-reads it and compares. */
export type Precondition = { readonly name: string; readonly expected: Json };

/**
 * What people approve. Canonical JSON (RFC 8785) of exactly this object is hashed; nothing outside it can change what
 * runs. Times in milliseconds since the epoch.
 */
export type Plan = {
  readonly format: 1;
  readonly id: string;
  readonly version: number;
  readonly incident: IncidentId;
  readonly title: string;
  readonly kind: 'rollback-pull-request' | 'runbook';
  /** The runbook it was compiled from, and what earlier runs of it here say. Absent for everything else. */
  readonly runbook?: { readonly name: string; readonly lastRun: string };
  /** Catalogue id of the service it changes. */
  readonly service: string;
  readonly steps: readonly PlanStep[];
  readonly preconditions: readonly Precondition[];
  /** What the change looks like, as people see it: part of what they approve. Outside text. */
  readonly preview: Tainted | null;
  /** Every call the steps would make, as the dry run said before people were asked. Part of what they approve. */
  readonly rehearsal: readonly string[];
  /** The plan that takes it back, in words and steps. */
  readonly inverse: { readonly says: string; readonly steps: readonly PlanStep[] };
  readonly risk: Risk;
  readonly riskReasons: readonly string[];
  readonly blastRadius: { readonly services: number; readonly files: number; readonly says: string };
  readonly expectedEffect: string;
  readonly runsAs: string;
  /** Directory id of the person who asked; `alert` when a monitor opened the incident. May not approve. */
  readonly requester: string;
  readonly policyVersion: string;
  readonly catalogueVersion: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** After the last approval, how long the executor has to start. */
  readonly startWithinMs: number;
};

/** A plan with its sha256 in hex. */
export type SealedPlan = { readonly plan: Plan; readonly digest: string };
