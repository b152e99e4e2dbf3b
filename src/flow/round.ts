import type { Incident } from '../core/incident.ts';
import type { Tainted } from '../core/tainted.ts';

/** Somebody asked for another look at an incident that is open. JSON: it is stored with the workflow. */
export type Again = {
  /** The delivery that asked. */
  readonly key: string;
  readonly atMs: number;
  readonly question: Tainted;
};

/** One look at an incident: when it was asked for, what was asked, and what keeps its posts and evidence apart. */
export type Round = { readonly key: string | null; readonly atMs: number; readonly question: Tainted | null };

export const roundOf = (incident: Incident, again: Again | undefined): Round =>
  again ?? { key: null, atMs: incident.openedAtMs, question: incident.question };

/** An idempotency key of this round. The first look's keys are bare. */
export const keyOf = ({ key }: Round, name: string): string => (key === null ? name : `${name}:${key}`);
