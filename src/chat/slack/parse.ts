/** Slack payloads -> what people did. The only place that knows their shapes. */
import { z } from 'zod';
import { type CardActionId, cardActionIds, chosenIn } from '../../core/card.ts';
import type { Place } from '../../core/incident.ts';
import { type Tainted, taint } from '../../core/tainted.ts';
import type { Inbound } from '../../ports.ts';
import {
  type ReasonForm,
  type ReasonSubmission,
  reasonField,
  reasonReturned,
  reasonSubmission,
} from './reason-form.ts';

/** Who we are in the workspace, and how Slack's time becomes the product's. */
export type Reading = {
  readonly botUser: string;
  readonly botId: string;
  readonly team: string;
  readonly channelPattern: RegExp;
  /** Milliseconds of the product clock at which something that carries this Slack timestamp happened. */
  readonly atMs: (slackSeconds: string | null) => number;
};

/** `trigger`: opens a form, once and within three seconds. `form`: a click that asks for a reason first, and the click it is when the form cannot open. `join`: a channel worth joining was created. `ignored`: nothing for us, and why. */
export type Parsed =
  | { readonly type: 'inbound'; readonly inbound: Inbound; readonly trigger?: string }
  | { readonly type: 'form'; readonly form: ReasonForm; readonly inbound: Inbound }
  | { readonly type: 'join'; readonly channel: string }
  | { readonly type: 'ignored'; readonly because: string };

const envelope = z.object({
  type: z.literal('event_callback'),
  event_id: z.string().min(1),
  team_id: z.string().optional(),
  context_team_id: z.string().nullish(),
  authorizations: z.array(z.object({ team_id: z.string().nullish() })).optional(),
  event: z.looseObject({ type: z.string() }),
});
type Envelope = z.infer<typeof envelope>;

const spoken = z.object({
  type: z.enum(['message', 'app_mention']),
  subtype: z.string().optional(),
  channel: z.string().min(1),
  user: z.string().optional(),
  bot_id: z.string().nullish(),
  text: z.string().default(''),
  ts: z.string(),
  thread_ts: z.string().nullish(),
  user_team: z.string().optional(),
  team: z.string().optional(),
});
const channelCreated = z.object({ channel: z.object({ id: z.string(), name: z.string() }) });
const memberJoined = z.object({ user: z.string(), channel: z.string(), event_ts: z.string().optional() });

const command = z.object({
  command: z.string(),
  trigger_id: z.string().min(1),
  team_id: z.string(),
  channel_id: z.string(),
  user_id: z.string(),
  text: z.string().default(''),
});

/** The fields of the message; those that are no closed choice count for nothing. */
const selected = z.object({ selected_option: z.object({ value: z.string() }).nullish().catch(null) });
const messageState = z.object({ values: z.record(z.string(), z.record(z.string(), selected)) });

const blockActions = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  container: z.object({
    message_ts: z.string(),
    channel_id: z.string(),
    thread_ts: z.string().optional(),
  }),
  message: z.object({ thread_ts: z.string().optional() }).optional(),
  trigger_id: z.string().nullish(),
  state: messageState.nullish().catch(null),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string(),
        value: z.string().max(2_000).default(''),
        text: z.object({ text: z.string().nullish() }).nullish(),
      }),
    )
    .min(1),
});

/** Reads one delivery, from HTTP or Socket Mode. Unknown shapes are ignored with a reason, never an error. */
export function parse(body: unknown, reading: Reading): Parsed {
  const event = envelope.safeParse(body);
  if (event.success) return parseEvent(event.data, reading);
  const typed = command.safeParse(body);
  if (typed.success) return parseCommand(typed.data, reading);
  const clicked = blockActions.safeParse(body);
  if (clicked.success) return parseClick(clicked.data, reading);
  const sent = reasonSubmission.safeParse(body);
  if (sent.success) return parseReason(sent.data, reading);
  return ignored('a payload of an unknown shape');
}

const ignored = (because: string): Parsed => ({ type: 'ignored', because });
const inbound = (found: Inbound): Parsed => ({ type: 'inbound', inbound: found });

function parseEvent(delivery: Envelope, reading: Reading): Parsed {
  const { event } = delivery;
  switch (event.type) {
    case 'app_mention':
    case 'message': {
      const said = spoken.safeParse(event);
      return said.success ? parseSpoken(delivery, said.data, reading) : ignored('a message without channel or time');
    }
    case 'channel_created': {
      const created = channelCreated.safeParse(event);
      if (!created.success || !reading.channelPattern.test(created.data.channel.name)) {
        return ignored('a channel that does not match the pattern');
      }
      return { type: 'join', channel: created.data.channel.id };
    }
    case 'member_joined_channel': {
      const joined = memberJoined.safeParse(event);
      return joined.success ? parseJoined(delivery, joined.data, reading) : ignored('a join without channel');
    }
    default:
      return ignored('an event we did not ask for');
  }
}

const meantSubtypes: ReadonlySet<string> = new Set(['bot_message', 'thread_broadcast', 'file_share', 'me_message']);

type Spoken = z.infer<typeof spoken>;

function parseSpoken(delivery: Envelope, said: Spoken, reading: Reading): Parsed {
  const bot = Boolean(said.bot_id) || said.subtype === 'bot_message';
  const account = said.user ?? said.bot_id;
  const because = unwanted(said, bot, reading);
  if (because !== null) return ignored(because);
  if (!account) return ignored('a message of nobody');
  const team = teamOf(delivery, reading);
  const shared = {
    key: `slack:${delivery.event_id}`,
    place: placeOf(team, said.channel, threadOf(said)),
    actor: { platform: 'slack', tenant: said.user_team ?? said.team ?? team, account },
    text: readable(said.text, reading.botUser),
    atMs: reading.atMs(said.ts),
  } as const;
  return inbound(said.type === 'app_mention' ? { type: 'mention', ...shared } : { type: 'message', bot, ...shared });
}

/** Why a message is none of our business, or null. Edits, deletions and membership notes carry other subtypes. */
function unwanted(said: Spoken, bot: boolean, { botUser, botId }: Reading): string | null {
  if (said.subtype !== undefined && !meantSubtypes.has(said.subtype)) return 'an edit or a note of Slack';
  if (said.user === botUser || said.bot_id === botId) return 'our own message';
  // A mention arrives twice, as app_mention and as message. People's count as the first, bots' as the second.
  if (said.type === 'app_mention') return bot ? 'a mention by a bot, which arrives as a message' : null;
  return !bot && said.text.includes(`<@${botUser}>`) ? 'a mention, which arrives as its own event' : null;
}

function parseJoined(delivery: Envelope, joined: z.infer<typeof memberJoined>, reading: Reading): Parsed {
  if (joined.user !== reading.botUser) return ignored('somebody else joined');
  const team = teamOf(delivery, reading);
  return inbound({
    type: 'joined',
    key: `slack:${delivery.event_id}`,
    place: placeOf(team, joined.channel, null),
    actor: { platform: 'slack', tenant: team, account: joined.user },
    channelName: taint(joined.channel),
    atMs: reading.atMs(joined.event_ts ?? null),
  });
}

function parseCommand(typed: z.infer<typeof command>, reading: Reading): Parsed {
  const found: Inbound = {
    type: 'command',
    key: `slack:command:${typed.trigger_id}`,
    place: placeOf(reading.team, typed.channel_id, null),
    actor: { platform: 'slack', tenant: typed.team_id, account: typed.user_id },
    text: readable(typed.text, reading.botUser),
    atMs: reading.atMs(null),
  };
  return { type: 'inbound', inbound: found, trigger: typed.trigger_id };
}

function parseClick(clicked: z.infer<typeof blockActions>, reading: Reading): Parsed {
  const [first] = clicked.actions;
  const id = first && actionIdOf(first.action_id);
  if (!first || !id) return ignored('a button we did not make');
  if (id === 'review-plan') return ignored('a link that Slack opened');
  const { message_ts: message, channel_id: channel, thread_ts: thread } = clicked.container;
  const found: Inbound = {
    type: 'click',
    key: `slack:action:${first.action_ts}:${clicked.user.id}:${message}:${first.action_id}`,
    place: placeOf(reading.team, channel, thread ?? clicked.message?.thread_ts ?? null),
    actor: { platform: 'slack', tenant: clicked.user.team_id ?? clicked.team?.id ?? '', account: clicked.user.id },
    action: id,
    value: first.value,
    reason: null,
    ...chosenIn(fieldsOf(clicked)),
    atMs: reading.atMs(first.action_ts),
  };
  const form = formOf(clicked, found);
  if (form !== null) return { type: 'form', form, inbound: found };
  const { trigger_id: trigger } = clicked;
  return trigger ? { type: 'inbound', inbound: found, trigger } : inbound(found);
}

/** Every field of the message, whichever block it stands in. */
const fieldsOf = ({ state }: z.infer<typeof blockActions>): { readonly [field: string]: unknown } =>
  Object.fromEntries(
    Object.values(state?.values ?? {}).flatMap((block) =>
      Object.entries(block).map(([field, { selected_option: option }]) => [field, option?.value]),
    ),
  );

/** The form this click has to open first, or null: it asks for nothing, or Slack gave no way to open one. */
function formOf({ trigger_id: trigger, actions }: z.infer<typeof blockActions>, click: Inbound): ReasonForm | null {
  const [first] = actions;
  const wanted = /:(?<wanted>optional|required)$/u.exec(first?.action_id ?? '')?.groups?.['wanted'];
  if (first === undefined || !trigger || wanted === undefined || click.type !== 'click') return null;
  const { place, action, value } = click;
  const returns = { action, value, channel: place.channel, root: place.root ?? null };
  return { trigger, title: first.text?.text || 'Reason', required: wanted === 'required', returns };
}

/** The click again, now with the reason; the flow checks who, which plan and when, as with any click. */
function parseReason({ user, view }: ReasonSubmission, reading: Reading): Parsed {
  const returned = reasonReturned.safeParse(view.private_metadata);
  if (!returned.success) return ignored('a form we did not make');
  const { action, value, channel, root } = returned.data;
  const said = view.state.values[reasonField]?.[reasonField]?.value ?? '';
  return inbound({
    type: 'click',
    key: `slack:view:${view.id}:${user.id}`,
    place: placeOf(reading.team, channel, root),
    actor: { platform: 'slack', tenant: user.team_id ?? '', account: user.id },
    action,
    value,
    reason: said.trim() === '' ? null : taint(said),
    atMs: reading.atMs(null),
  });
}

/** Buttons carry `<registered id>:<position>`, because Slack wants action ids unique in a message; and what they ask. */
function actionIdOf(actionId: string): CardActionId | undefined {
  const bare = actionId.replace(/:\d+(?::optional|:required)?$/u, '');
  return cardActionIds.find((id) => id === bare);
}

function placeOf(tenant: string, channel: string, root: string | null): Place {
  return { platform: 'slack', tenant, channel, ...(root === null ? {} : { root }) };
}

/** Slack Connect delivers other teams' events too; the place belongs to the workspace that installed us. */
const teamOf = (delivery: Envelope, reading: Reading): string => delivery.authorizations?.[0]?.team_id || reading.team;

const threadOf = ({ ts, thread_ts: thread }: Spoken): string | null => (thread && thread !== ts ? thread : null);

/** Slack's escapes undone and our own mention removed; still outside text. */
function readable(text: string, botUser: string): Tainted {
  return taint(
    text
      .replaceAll(`<@${botUser}>`, ' ')
      .replace(/<(https?:[^|>]+)(?:\|[^>]*)?>/gu, '$1')
      .replace(/&lt;/gu, '<')
      .replace(/&gt;/gu, '>')
      .replace(/&amp;/gu, '&')
      .trim(),
  );
}
