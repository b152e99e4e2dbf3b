/** Closed choices beside a button: the same on every platform, and what was chosen comes back with the click. */
import { expect, it } from 'vitest';
import { parse } from '../../src/chat/slack/parse.ts';
import { renderCard as renderSlack } from '../../src/chat/slack/render.ts';
import { parseActivity, TeamsActivity } from '../../src/chat/teams/parse.ts';
import { renderActivity } from '../../src/chat/teams/render.ts';
import { renderAction } from '../../src/chat/web/render-action.ts';
import { type Card, type CardAction, chosenIn } from '../../src/core/card.ts';
import { everyNode, lintMessage } from './slack/lint-message.ts';

const action: CardAction = {
  id: 'name-cause',
  label: 'Save Real Cause',
  value: 'INC-7',
  style: 'plain',
  choices: [
    { name: 'kind', label: 'What was it?', options: [{ value: 'network', label: 'network or DNS failure' }] },
    {
      name: 'service',
      label: 'Which service?',
      options: Array.from({ length: 150 }, (_, at) => ({ value: `s-${at}`, label: `Service ${at}` })),
    },
  ],
};
const card: Card = { kind: 'reply', fallback: 'Grade recorded', lead: ['Recorded'], actions: [action] };
const chosen = { kind: 'network', service: 's-3' };

it('Slack shows two selects before the button, and reads what was chosen', () => {
  const message = renderSlack(card, { mark: 'm', version: 1, people: [] });
  expect(lintMessage(message, 1)).toEqual([]);
  const selects = everyNode(message.blocks).filter(({ type }) => type === 'static_select');
  expect(selects.map((each) => [each['action_id'], (each['options'] as unknown[]).length])).toEqual([
    ['choice_kind', 1],
    ['choice_service', 100],
  ]);
  const option = (value: string) => ({ type: 'static_select', selected_option: { value } });
  const click = {
    type: 'block_actions',
    user: { id: 'U1', team_id: 'T1' },
    container: { message_ts: '1.1', channel_id: 'C1' },
    state: { values: { b: { choice_kind: option('network'), choice_service: option('s-3'), other: { value: 'x' } } } },
    actions: [{ action_id: 'name-cause:0', action_ts: '1.2', value: 'INC-7' }],
  };
  const reading = { botUser: 'B', botId: 'B1', team: 'T1', channelPattern: /x/u, atMs: () => 0 };
  expect(parse(click, reading)).toMatchObject({ type: 'inbound', inbound: { action: 'name-cause', chosen } });
  const select = { ...click, actions: [{ action_id: 'choice_kind', action_ts: '1.2' }] };
  expect(parse(select, reading)).toMatchObject({ type: 'ignored' });
});

it('Teams asks in the card, and reads what was chosen', () => {
  const [shown] = renderActivity(card, () => null).attachments[0]?.content.actions ?? [];
  expect(JSON.stringify(shown)).toContain('"id":"choice_kind"');
  const activity = TeamsActivity.parse({
    type: 'invoke',
    id: '1',
    name: 'adaptiveCard/action',
    channelId: 'msteams',
    serviceUrl: 'https://smba.example/',
    from: { id: 'u', aadObjectId: 'a' },
    recipient: { id: 'b' },
    conversation: { id: 'c', tenantId: 't' },
    value: {
      action: { verb: 'name-cause', data: { value: 'INC-7', choice_kind: 'network', choice_service: 's-3', x: 1 } },
    },
  });
  expect(parseActivity(activity, 't', 0)).toMatchObject({ type: 'click', value: 'INC-7', chosen });
});

it('the web form has the choices and a way to skip them', () => {
  const session = { csrf: 'c', person: { id: 'lee', name: 'Lee', account: 'w-lee' } } as never;
  const { html } = renderAction(action, { session, channel: 'inc', message: 'm', stepUp: () => null });
  expect(html).toContain('<select name="choice_kind"><option value="">Skip</option>');
  expect(html).toContain('value="s-149"');
});

it('fields that are no choice, empty or too long count for nothing', () => {
  expect(chosenIn({ choice_kind: '', reason: 'x', choice_Service: 's', choice_service: 's'.repeat(151) })).toEqual({});
  expect(chosenIn({ choice_kind: 'network', choice_service: 3 })).toEqual({ chosen: { kind: 'network' } });
});
