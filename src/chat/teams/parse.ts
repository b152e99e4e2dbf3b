/** What the Bot Framework delivers -> what the flow understands. Bytes enter here. */
import { z } from 'zod';
import { cardActionIds, chosenIn } from '../../core/card.ts';
import type { Place } from '../../core/incident.ts';
import { taint } from '../../core/tainted.ts';
import type { Actor, Inbound } from '../../ports.ts';

const id = z.string().min(1).max(500);
const Account = z.object({ id, name: z.string().optional(), aadObjectId: id.optional() });

/** The part of an activity that we read. */
export const TeamsActivity = z.object({
  type: z.string(),
  id,
  name: z.string().optional(),
  channelId: z.literal('msteams'),
  serviceUrl: z.url(),
  from: Account,
  recipient: Account,
  conversation: z.object({ id, tenantId: id.optional(), conversationType: z.string().optional() }),
  text: z.string().max(100_000).optional(),
  entities: z
    .array(z.looseObject({ type: z.string(), text: z.string().optional(), mentioned: Account.optional() }))
    .optional(),
  value: z.unknown().optional(),
  membersAdded: z.array(Account).optional(),
  channelData: z
    .object({
      eventType: z.string().optional(),
      tenant: z.object({ id }).optional(),
      team: z.object({ id, name: z.string().optional() }).optional(),
      channel: z.object({ id, name: z.string().optional() }).optional(),
    })
    .optional(),
});
export type TeamsActivity = z.output<typeof TeamsActivity>;

/** `adaptiveCard/action` carries the control in `action`; an old client's `Submit` carries it at the top. */
const decision = { value: z.string().max(2_000), reason: z.string().max(500).optional() };
const Executed = z.object({ action: z.object({ verb: z.enum(cardActionIds), data: z.looseObject(decision) }) });
const Submitted = z.looseObject({ verb: z.enum(cardActionIds), ...decision });

/** The Entra tenant of the conversation, or null when the activity names none. */
export const tenantOf = ({ conversation, channelData }: TeamsActivity): string | null =>
  conversation.tenantId ?? channelData?.tenant?.id ?? null;

/** A conversation id is the channel, and `;messageid=` the root of the thread; a root is not in its own thread. */
export function placeOf(activity: TeamsActivity, tenant: string): Place {
  const [channel = '', root] = activity.conversation.id.split(';messageid=');
  const place = { platform: 'teams', tenant, channel } as const;
  return root === undefined || root === activity.id ? place : { ...place, root };
}

/** People are known by their Entra object id; bots and connectors have none. */
export const actorOf = ({ from }: TeamsActivity, tenant: string): Actor => ({
  platform: 'teams',
  tenant,
  account: from.aadObjectId ?? from.id,
});

/** Null when there is nothing for the flow in it. */
export function parseActivity(activity: TeamsActivity, tenant: string, atMs: number): Inbound | null {
  const heard = {
    key: `teams:${activity.conversation.id}:${activity.id}`,
    place: placeOf(activity, tenant),
    actor: actorOf(activity, tenant),
    atMs,
  };
  switch (activity.type) {
    case 'message':
      return activity.value === undefined ? message(activity, heard) : click(activity, heard);
    case 'invoke':
      return activity.name === 'adaptiveCard/action' ? click(activity, heard) : null;
    case 'conversationUpdate':
      return joined(activity, heard);
    default:
      return null;
  }
}

type Heard = Pick<Inbound, 'key' | 'place' | 'actor' | 'atMs'>;

function message(activity: TeamsActivity, heard: Heard): Inbound | null {
  const { from, recipient, conversation } = activity;
  if (from.id === recipient.id) return null;
  const mentions = (activity.entities ?? []).filter(({ type }) => type === 'mention');
  const ours = mentions.filter(({ mentioned }) => mentioned?.id === recipient.id);
  const text = taint(
    readText(
      activity.text ?? '',
      ours.flatMap(({ text: tag }) => tag ?? []),
    ),
  );
  const bot = from.aadObjectId === undefined;
  if (!bot && (ours.length > 0 || conversation.conversationType === 'personal')) {
    return { ...heard, type: 'mention', text };
  }
  return text.untrusted === '' ? null : { ...heard, type: 'message', bot, text };
}

/** Without our own name; other mentions keep theirs. Teams sends `&nbsp;` and the three XML entities. */
function readText(text: string, ours: readonly string[]): string {
  return ours
    .reduce((left, tag) => (tag === '' ? left : left.replaceAll(tag, ' ')), text)
    .replace(/<\/?at(?:\s[^>]*)?>/giu, '')
    .replace(/&nbsp;|\u00a0/giu, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();
}

/** Only by a person that Entra knows. The value is untrusted: the flow looks the plan up and compares its digest. */
function click({ from, type, value }: TeamsActivity, heard: Heard): Inbound | null {
  const sent = type === 'invoke' ? executed(value) : submitted(value);
  if (from.aadObjectId === undefined || !sent) return null;
  const reason = (sent.reason ?? '').trim() === '' ? null : taint(sent.reason ?? '');
  return { ...heard, type: 'click', action: sent.verb, value: sent.value, reason, ...chosenIn(sent) };
}

function executed(value: unknown): z.output<typeof Submitted> | null {
  const parsed = Executed.safeParse(value);
  return parsed.success ? { ...parsed.data.action.data, verb: parsed.data.action.verb } : null;
}

const submitted = (value: unknown): z.output<typeof Submitted> | null => Submitted.safeParse(value).data ?? null;

/** The bot was added to a team, or a channel was made in a team it is in. */
function joined({ membersAdded, recipient, channelData }: TeamsActivity, heard: Heard): Inbound | null {
  const added = membersAdded?.some((member) => member.id === recipient.id) ?? false;
  if (!added && channelData?.eventType !== 'channelCreated') return null;
  const channel = channelData?.channel;
  const place: Place = { platform: 'teams', tenant: heard.place.tenant, channel: channel?.id ?? heard.place.channel };
  const name = channel?.name ?? channelData?.team?.name ?? '';
  return { ...heard, place, type: 'joined', channelName: taint(name) };
}
