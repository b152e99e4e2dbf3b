/** One channel as one person sees it. */

import type { ChatLog, LocalMessage } from '../../chat-log-port.ts';
import { readButton } from '../../core/approval-button.ts';
import type { CardAction, CardActionId } from '../../core/card.ts';
import type { EvidenceId } from '../../core/evidence.ts';
import type { Incident } from '../../core/incident.ts';
import type { Store } from '../../ports.ts';
import { approvePath, evidencePath } from './links.ts';
import type { WebOptions } from './options.ts';
import type { Session } from './session.ts';

export type Room = {
  readonly channel: string;
  readonly session: Session;
  /** Oldest first. */
  readonly messages: readonly LocalMessage[];
  /** Of this channel, newest first. */
  readonly incidents: readonly Incident[];
  /** Plans that must be opened before they can be approved. */
  readonly highRisk: ReadonlySet<string>;
  /** The last change the page has; events go on from here. */
  readonly lastChanged: number;
};

const pageSize = 500;

export async function loadRoom(options: WebOptions, session: Session, channel: string): Promise<Room> {
  const { store, chatLog } = options;
  const everything = await allMessages(chatLog, channel);
  const incidents = await incidentsOf(store, channel);
  const lastChanged = everything.reduce((last, { changed }) => Math.max(last, changed), 0);
  const messages = everything.filter((message) => isVisible(message, session)).toSorted(byTime);
  return { channel, session, messages, incidents, highRisk: await highRiskPlans(store, messages), lastChanged };
}

/** Every message of a channel in the order of its last change. */
async function allMessages(chatLog: ChatLog, channel: string): Promise<readonly LocalMessage[]> {
  const all: LocalMessage[] = [];
  for (let afterChanged = 0; ; ) {
    const batch = await chatLog.messages({ channel, afterChanged, limit: pageSize });
    all.push(...batch);
    const last = batch.at(-1);
    if (!last || batch.length < pageSize) return all;
    afterChanged = last.changed;
  }
}

export const incidentsOf = async (store: Store, channel: string): Promise<readonly Incident[]> =>
  (await store.incidents(100)).filter(({ place }) => place.channel === channel && place.platform === 'web');

/** A whisper is for one person; nobody else's page ever gets its text. */
export const isVisible = ({ audience }: LocalMessage, { person }: Session): boolean =>
  audience === null || audience === person.id;

const byTime = (a: LocalMessage, b: LocalMessage): number => a.atMs - b.atMs || a.changed - b.changed;

export const topLevel = (room: Room): readonly LocalMessage[] => room.messages.filter(({ root }) => root === null);

export const repliesTo = (room: Room, root: string): readonly LocalMessage[] =>
  room.messages.filter((message) => message.root === root);

/** The thread a wide page opens by itself: the newest status. */
export const livingStatus = (room: Room): LocalMessage | undefined =>
  topLevel(room).findLast(({ card }) => card?.kind === 'status');

/** The incident a message belongs to: the newest one opened before it was last edited. */
export function incidentBehind(room: Room, { atMs, editedAtMs }: LocalMessage): Incident | undefined {
  const untilMs = Math.max(atMs, editedAtMs ?? atMs);
  const opened = room.incidents.filter(({ openedAtMs }) => openedAtMs <= untilMs);
  return opened.toSorted((a, b) => b.openedAtMs - a.openedAtMs)[0] ?? room.incidents[0];
}

export function evidenceHrefIn(incident: Incident | undefined): (id: EvidenceId) => string | null {
  return (id) => (incident ? evidencePath(incident.id, id) : null);
}

/** A button that lets a plan run. */
export const isApproval = (id: CardActionId): boolean => id === 'approve-plan' || id === 'break-glass';

/** High-risk approvals happen on the plan's own page. */
export function stepUpIn(room: Room): (action: CardAction) => string | null {
  return ({ id, value }) => {
    const plan = isApproval(id) ? readButton(value)?.plan : undefined;
    return plan !== undefined && room.highRisk.has(plan) ? approvePath(plan) : null;
  };
}

export async function highRiskPlans(store: Store, messages: readonly LocalMessage[]): Promise<ReadonlySet<string>> {
  const values = messages.flatMap(({ card }) => card?.actions?.filter(({ id }) => isApproval(id)) ?? []);
  const ids = new Set(values.flatMap(({ value }) => readButton(value)?.plan ?? []));
  const rows = await Promise.all([...ids].map((id) => store.plan(id)));
  return new Set(rows.flatMap((row) => (row?.plan.risk === 3 ? [row.plan.id] : [])));
}
