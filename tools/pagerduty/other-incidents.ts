/** What PagerDuty itself relates to an incident. Each part is an add-on that an account may not have. */
import { z } from 'zod';
import { HttpError } from '../reading/http-error.ts';
import { isoTime } from '../reading/window.ts';
import { changeEvent, type PagerDutyChange } from './changes.ts';
import type { PagerDutyClient } from './client.ts';
import { instant } from './vocabulary.ts';

const brief = z.object({ id: z.string(), title: z.string().default(''), created_at: instant });

const relatedAnswer = z.object({
  related_incidents: z.array(
    z.object({ incident: brief, relationships: z.array(z.object({ type: z.string() })).default([]) }),
  ),
});
const pastAnswer = z.object({ past_incidents: z.array(z.object({ incident: brief, score: z.number() })) });

type Told = { readonly id: string; readonly at: string; readonly title: string };

export type OtherIncidents = {
  readonly changes: readonly PagerDutyChange[];
  readonly related: readonly (Told & { readonly why: string })[];
  readonly past: readonly (Told & { readonly score: number })[];
  /** In words, with the status: "similar past incidents (402)". */
  readonly notRead: readonly string[];
};

const tell = ({ id, title, created_at: at }: z.output<typeof brief>): Told => ({
  id,
  at: isoTime(at),
  title: title.slice(0, 300),
});

/** A part that is refused is named and the others are read all the same. */
export async function readOthers(client: PagerDutyClient, id: string, signal: AbortSignal): Promise<OtherIncidents> {
  const notRead: string[] = [];
  const orNothing = async <Value>(what: string, asked: Promise<Value>): Promise<Value | null> => {
    try {
      return await asked;
    } catch (error) {
      if (!(error instanceof HttpError) || ![402, 403, 404].includes(error.status)) throw error;
      notRead.push(`${what} (${error.status})`);
      return null;
    }
  };
  const path = `/incidents/${id}`;
  const changes = client.list({
    path: `${path}/related_change_events`,
    parameters: [],
    member: 'change_events',
    item: changeEvent,
    pagesMax: 1,
    signal,
  });
  const related = client.ask({ path: `${path}/related_incidents`, parameters: [], signal }, relatedAnswer);
  const past = client.ask({ path: `${path}/past_incidents`, parameters: [['limit', '10']], signal }, pastAnswer);
  const [readChanges, readRelated, readPast] = await Promise.all([
    orNothing('related changes', changes),
    orNothing('related incidents', related),
    orNothing('similar past incidents', past),
  ]);
  return {
    changes: readChanges?.items ?? [],
    related: (readRelated?.related_incidents ?? []).map(({ incident, relationships }) => ({
      ...tell(incident),
      why: relationships.map(({ type }) => type).join(', '),
    })),
    past: (readPast?.past_incidents ?? []).map(({ incident, score }) => ({ ...tell(incident), score })),
    notRead: notRead.toSorted(),
  };
}
