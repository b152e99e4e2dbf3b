import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { methods } from '../../../src/chat/slack/methods.ts';
import { parse as parsePayload } from '../../../src/chat/slack/parse.ts';
import { botEvents, slashCommand } from '../../../src/chat/slack/receive.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
// biome-ignore lint/style/noProcessEnv: the only way a test learns where optional data is.
const data = process.env['CAUSEWAY_DATA'] ?? join(root, '../shared/data');
const manifest = parse(readFileSync(join(root, 'manifest.yml'), 'utf8'));
const scopes: string[] = manifest.oauth_config.scopes.bot;
const events: string[] = manifest.settings.event_subscriptions.bot_events;

/** Scopes an event or the command needs, besides those of the methods. */
const eventScopes: Readonly<Record<string, string>> = {
  app_mention: 'app_mentions:read',
  channel_created: 'channels:read',
  member_joined_channel: 'channels:read',
  'message.channels': 'channels:history',
};

it('asks for the scopes the code uses, and no other', () => {
  const used = new Set([
    ...Object.values(methods).flatMap(({ scope }) => scope ?? []),
    ...events.map((event) => eventScopes[event] ?? `unknown event ${event}`),
    'commands',
  ]);
  expect([...used].sort()).toEqual([...scopes].sort());
});

it('lists every Web API method the code names', () => {
  const code = globSync('src/chat/slack/*.ts', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'));
  const named = code.flatMap(
    (text) => text.match(/'(?:chat|conversations|users|files|auth|views|reactions)\.\w+'/gu) ?? [],
  );
  expect([...new Set(named.map((each) => each.slice(1, -1)))].sort()).toEqual(Object.keys(methods).sort());
  expect(code.join('\n')).not.toMatch(/\b(?:client|web)\.(?:chat|conversations|users|views|reactions|pins)\./u);
});

it('subscribes to the events the code handles, and offers its command', () => {
  expect(events.map((event) => event.replace(/\.channels$/u, '')).sort()).toEqual([...botEvents].sort());
  expect(manifest.features.slash_commands.map(({ command }: { command: string }) => command)).toEqual([slashCommand]);
});

it('never asks for a scope that impersonates, searches or administers', () => {
  const optional: string[] = manifest.oauth_config.scopes.bot_optional;
  const forbidden = /^(?:chat:write\.(?:customize|public)|channels:manage|search:|admin)/u;
  expect([...scopes, ...optional].filter((scope) => forbidden.test(scope))).toEqual([]);
  expect(manifest.oauth_config.scopes.user).toBeUndefined();
});

const schemaPath = join(data, 'slack/manifest/manifest.schema.2.0.0.json');
it.runIf(existsSync(schemaPath))('is valid by the schema of Slack (skipped without CAUSEWAY_DATA)', () => {
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(
    JSON.parse(readFileSync(schemaPath, 'utf8')),
  );
  validate(manifest);
  expect(validate.errors).toBeNull();
});

const recorded = join(data, 'slack/java-sdk-json-logs');
const reading = { botUser: 'UBOT', botId: 'BBOT', team: 'T1', channelPattern: /^inc-/u, atMs: () => 0 };
const payload = (path: string): Record<string, unknown> => JSON.parse(readFileSync(join(recorded, path), 'utf8'));
const filled = (path: string, event: object): unknown => {
  const found = payload(path);
  const said = { ...(found['event'] as object), ...event };
  return { ...found, type: 'event_callback', event_id: 'Ev1', event: said };
};

it.runIf(existsSync(recorded))('reads the shapes Slack sends (skipped without CAUSEWAY_DATA)', () => {
  const who = { user: 'U1', channel: 'C1', ts: '1.1', thread_ts: null, bot_id: null, subtype: undefined };
  const types = [
    filled('events/AppMentionPayload.json', who),
    filled('events/MessagePayload.json', who),
    filled('events/MessageBotPayload.json', { bot_id: 'B1', channel: 'C1', ts: '1.1' }),
    filled('events/MemberJoinedChannelPayload.json', { user: 'UBOT', channel: 'C1' }),
    { ...payload('app-backend/SlashCommandPayload.json'), trigger_id: '1.2' },
  ].map((body) => parsePayload(body, reading));
  const kinds = types.map((each) => (each.type === 'inbound' ? each.inbound.type : each.type));
  expect(kinds).toEqual(['mention', 'message', 'message', 'joined', 'command']);
  const created = filled('events/ChannelCreatedPayload.json', { channel: { id: 'C2', name: 'inc-7' } });
  expect(parsePayload(created, reading)).toEqual({ type: 'join', channel: 'C2' });
  const click = payload('app-backend/BlockActionPayload.json');
  const [action] = click['actions'] as object[];
  const clicked = {
    ...click,
    type: 'block_actions',
    actions: [{ ...action, action_id: 'approve-plan:0', value: 'v' }],
  };
  expect(parsePayload(clicked, reading)).toMatchObject({ type: 'inbound', inbound: { type: 'click', value: 'v' } });
});
