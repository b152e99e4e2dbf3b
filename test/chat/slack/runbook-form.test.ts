/** Goal: a runbook is filled in by a modal, sent once, and asked of people as if it had been typed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../../src/core/incident.ts';
import { buttonsOf, clickOf, type StoredMessage } from '../../support/fake-slack.ts';
import { answersFor, everyKind, formCatalogue, formStage, shipped } from '../../support/form-stage.ts';
import { answerProblems, submissionOf, type View } from '../../support/slack-view.ts';
import { type SlackWorld, startSlackWorld } from './slack-world.ts';

const stage = formStage();
let world: SlackWorld;
// One for each test: the schedule of Slack's limits begins anew.
beforeEach(async () => {
  const { forms, intake, clock } = stage();
  world = await startSlackWorld('http', { forms, intake, clock, people: formCatalogue.people });
  stage().speakThrough(world.platform);
  for (const id of ['U1', 'U2', 'U9']) {
    world.slack.users.set(id, { id, team_id: 'T1', name: id, is_restricted: id === 'U9' });
  }
  await world.listen();
});
afterEach(() => world.close());

const contentType = 'application/x-www-form-urlencoded';
let triggers = 0;
const nextTrigger = (): string => {
  triggers += 1;
  return `1.${triggers}`;
};

const incident = (): Promise<Incident> => stage().incidentAt({ platform: 'slack', tenant: 'T1' });

/** Types `/sre ...` in the channel of an incident. */
async function type(
  { place }: Incident,
  text: string,
  { user = 'U1', trigger = nextTrigger(), skewSeconds = 0 } = {},
): Promise<void> {
  const command = { command: '/sre', text, team_id: 'T1', user_id: user, channel_id: place.channel };
  const body = new URLSearchParams({ ...command, trigger_id: trigger }).toString();
  expect((await world.deliver({ body, contentType, skewSeconds })).status).toBe(200);
}

async function interact(payload: object): Promise<{ readonly status: number; readonly answer: View | null }> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const response = await world.deliver({ body, contentType });
  const text = await response.text();
  return { status: response.status, answer: text === '' ? null : (JSON.parse(text) as View) };
}

/** The next modal that is opened. */
async function opened(run: () => Promise<void>): Promise<View> {
  const before = world.slack.views.length;
  await run();
  await expect.poll(() => world.slack.views.length).toBe(before + 1);
  const view = world.slack.views.at(-1);
  if (!view) throw new Error('no modal was opened');
  return view;
}

const open = (at: Incident, name: string, user = 'U1'): Promise<View> =>
  opened(() => type(at, `runbook ${name}`, { user }));

const blocksOf = (view: View): readonly View[] => view['blocks'] as readonly View[];
const asFields = (answers: { readonly [input: string]: string }) =>
  Object.fromEntries(Object.entries(answers).map(([name, value]) => [`field_${name}`, value]));

const postedIn = ({ place }: Incident): readonly StoredMessage[] =>
  world.slack.messages.filter(({ channel }) => channel === place.channel);

const whispersIn = ({ place }: Incident): string[] =>
  world.slack
    .callsOf('chat.postEphemeral')
    .flatMap(({ body, blocks }) => (body['channel'] === place.channel ? [JSON.stringify(blocks)] : []));

describe.each(shipped.map((runbook) => [runbook.name, runbook] as const))('%s', (name, runbook) => {
  it('opens with its inputs, and what is filled in asks people for approval', async () => {
    const at = await incident();
    const view = await open(at, name);
    const inputs = blocksOf(view).filter((block) => block['type'] === 'input');
    expect(inputs.map((block) => block['block_id'])).toEqual(
      Object.keys(runbook.inputs).map((input) => `field_${input}`),
    );
    const answers = answersFor(runbook);

    expect(await interact(submissionOf(view, { user: 'U1', answers: asFields(answers) }))).toEqual({
      status: 200,
      answer: null,
    });

    await expect.poll(() => postedIn(at).flatMap(buttonsOf).length).toBeGreaterThan(0);
    const said = Object.entries(answers).map(([input, value]) => `${input}=${value}`);
    expect(await stage().titles(at)).toEqual([`${runbook.title} (${said.join(', ')})`]);
    const [plan] = await stage().world.store.plansOf(at.id);
    expect(plan).toMatchObject({ state: 'pending', plan: { requester: 'lee', runbook: { name } } });
  });
});

describe('the modal', () => {
  it('has a control for every kind of input, with defaults and what was already typed', async () => {
    const at = await incident();
    const view = await opened(() => type(at, 'runbook every-kind note="x y=z"'));
    const inputs = blocksOf(view).slice(1);
    expect(inputs.map(({ element }) => element)).toMatchObject([
      { type: 'plain_text_input', max_length: 60, initial_value: 'x y=z' },
      { type: 'plain_text_input', max_length: 12 },
      { type: 'number_input', is_decimal_allowed: true, min_value: '0', max_value: '1', initial_value: '0.5' },
      { type: 'static_select', initial_option: { value: 'green' } },
      { type: 'radio_buttons', options: [{ value: 'true' }, { value: 'false' }] },
    ]);
    expect(inputs.map(({ optional }) => optional)).toEqual([true, false, false, false, false]);
  });

  it('fills in what the incident suggests, and says so', async () => {
    const at = await incident();
    const document = { facts: { flag: 'new-pay' }, cites: [] };
    await stage().world.store.keepOnTape(at.id, 'first/runbook-facts', document);
    const view = await open(at, 'every-kind');
    expect(blocksOf(view)[2]).toMatchObject({
      label: { text: 'Flag (suggested by this incident)' },
      element: { initial_value: 'new-pay' },
    });
  });

  it('says what is wrong at the field, asks for nothing, and takes the same form once it is right', async () => {
    const at = await incident();
    const view = await open(at, 'every-kind');
    const answers = asFields({ note: 'x y=z', flag: 'New Flag', force: 'true' });

    const wrong = await interact(submissionOf(view, { user: 'U1', answers }));

    expect(wrong.answer).toEqual({
      response_action: 'errors',
      errors: { field_flag: 'Not allowed: give text matching [a-z-]+, at most 12 characters' },
    });
    expect(answerProblems(view, wrong.answer ?? {})).toEqual([]);
    expect(await stage().titles(at)).toEqual([]);

    const right = submissionOf(view, { user: 'U1', answers: { ...answers, field_flag: 'new-flag' } });
    expect((await interact(right)).answer).toBeNull();
    await expect
      .poll(() => stage().titles(at))
      .toEqual([`${everyKind.title} (note=x y=z, flag=new-flag, share=0.5, where=green, force=true)`]);
  });

  it('asks once, however often it is sent', async () => {
    const at = await incident();
    const view = await open(at, 'every-kind');
    const sent = submissionOf(view, { user: 'U1', answers: asFields({ flag: 'a', force: 'false' }) });
    const other = submissionOf(view, { user: 'U1', answers: asFields({ flag: 'b', force: 'false' }) });

    await Promise.all([interact(sent), interact({ ...sent, trigger_id: '9.9' }), interact(other)]);
    await expect.poll(() => postedIn(at).length).toBe(1);
    await interact({ ...sent, trigger_id: '9.8' });
    await type(at, 'approvals');
    await expect.poll(() => whispersIn(at).at(-1)).toContain('approvals');

    expect(await stage().titles(at)).toHaveLength(1);
    expect(postedIn(at)).toHaveLength(1);
  });

  it.each([
    ['another incident', (own: Incident, other: Incident, seal: string) => seal.replace(own.id, other.id)],
    ['another runbook', (_own: Incident, _other: Incident, seal: string) => seal.replace('every-kind', 'purge-queue')],
    ['another nonce', (_own: Incident, _other: Incident, seal: string) => seal.replace(/form-\d+/u, 'form-0')],
    ['nothing of ours', () => '{"incident":"INC-1"}'],
  ])('refuses a form whose metadata was altered to %s', async (_name, alter) => {
    const [at, other] = [await incident(), await incident()];
    const view = await open(at, 'every-kind');
    const forged = { ...view, private_metadata: alter(at, other, String(view['private_metadata'])) };
    const sent = submissionOf(forged, { user: 'U1', answers: asFields({ flag: 'a', force: 'true', queue: 'x' }) });

    const { answer } = await interact(sent);

    expect(JSON.stringify(answer)).toContain('not one I opened for you');
    expect(answerProblems(view, answer ?? {})).toEqual([]);
    expect([...(await stage().titles(at)), ...(await stage().titles(other))]).toEqual([]);
    const rows = await stage().world.store.auditRows({ kind: 'inbound' });
    expect(rows.at(-1)).toMatchObject({ actor: 'slack:U1', body: { type: 'form', refused: 'forged-form' } });
  });

  it('refuses a form that was opened for somebody else', async () => {
    const at = await incident();
    const view = await open(at, 'every-kind');
    const sent = submissionOf(view, { user: 'U2', answers: asFields({ flag: 'a', force: 'true' }) });
    expect(JSON.stringify((await interact(sent)).answer)).toContain('not one I opened for you');
    expect(await stage().titles(at)).toEqual([]);
  });

  it('refuses a form once its incident is closed', async () => {
    const at = await incident();
    const view = await open(at, 'every-kind');
    await stage().close(at);
    const sent = submissionOf(view, { user: 'U1', answers: asFields({ flag: 'a', force: 'true' }) });
    expect(JSON.stringify((await interact(sent)).answer)).toContain('A runbook needs an open incident');
    expect(await stage().titles(at)).toEqual([]);
  });
});

it('over Socket Mode the answer goes with the acknowledgement', async () => {
  const { forms, intake, clock } = stage();
  const { slack, ...socket } = await startSlackWorld('socket', { forms, intake, clock, people: formCatalogue.people });
  slack.users.set('U1', { id: 'U1', team_id: 'T1', name: 'lee' });
  await socket.listen();
  await expect.poll(() => slack.sockets.size).toBeGreaterThan(0);
  const at = await incident();
  const command = { command: '/sre', text: 'runbook every-kind', team_id: 'T1', user_id: 'U1' };
  slack.emit('e1', 'slash_commands', { ...command, channel_id: at.place.channel, trigger_id: nextTrigger() });
  await expect.poll(() => slack.views.length).toBe(1);
  const answers = asFields({ flag: 'NEW', force: 'true' });
  slack.emit('e2', 'interactive', submissionOf(slack.views[0] ?? {}, { user: 'U1', answers }));
  await expect
    .poll(() => slack.answered.get('e2'))
    .toMatchObject({
      response_action: 'errors',
      errors: { field_flag: expect.stringContaining('Not allowed') },
    });
  await socket.close();
});

it('answers Slack before it opens the form', async () => {
  const at = await incident();
  world.slack.fail('views.open', { retryAfterSeconds: 1 });
  await type(at, 'runbook every-kind');
  expect(world.slack.views).toEqual([]);
  await expect.poll(() => world.slack.views.length, { timeout: 5_000 }).toBe(1);
});

describe('where no form opens', () => {
  it.each([
    ['a guest', 'U9', 'Guests and people from other organisations cannot request a runbook'],
    ['a stranger', 'U7', 'You are not in the directory'],
  ])('%s is refused as by text', async (_name, user, says) => {
    const at = await incident();
    const before = world.slack.views.length;
    await type(at, 'runbook every-kind', { user });
    await type(at, 'runbook every-kind flag=a force=true', { user });
    await expect.poll(() => whispersIn(at).length).toBe(2);
    expect(whispersIn(at).filter((each) => each.includes(says))).toHaveLength(2);
    expect(world.slack.views).toHaveLength(before);
    expect(await stage().titles(at)).toEqual([]);
  });

  it.each(['expired_trigger_id', 'internal_error'])('%s: the text way is whispered, with the button', async (error) => {
    const at = await incident();
    world.slack.fail('views.open', { error });
    await type(at, 'runbook every-kind');
    await expect.poll(() => whispersIn(at).join()).toContain('flag: missing; give flag=text matching');
    expect(whispersIn(at).join()).toContain('Fill In Runbook');
  });

  it('a command that Slack delivers twice opens one form and whispers nothing', async () => {
    const at = await incident();
    const trigger = nextTrigger();
    await opened(() => type(at, 'runbook every-kind', { trigger }));
    await type(at, 'runbook every-kind', { trigger, skewSeconds: 1 });
    await expect.poll(() => world.slack.callsOf('views.open').length).toBe(2);
    await type(at, 'whoami');
    await expect.poll(() => whispersIn(at).length).toBe(1);
    expect(whispersIn(at)[0]).toContain('Lee Tanaka');
  });

  it('wrong values in the line are answered by text, all given values ask at once', async () => {
    const at = await incident();
    const before = world.slack.views.length;
    await type(at, 'runbook every-kind flag=NO');
    await expect.poll(() => whispersIn(at).join()).toContain('is not allowed');
    await type(at, 'runbook every-kind note="x y=z" flag=a force=true');
    await expect.poll(() => stage().titles(at)).toHaveLength(1);
    expect(world.slack.views).toHaveLength(before);
  });
});

describe('the Fill In button', () => {
  /** The last message this person was shown in private, as a message that can be clicked. */
  async function whispered(at: Incident, text: string): Promise<StoredMessage> {
    const before = whispersIn(at).length;
    await type(at, text);
    await expect.poll(() => whispersIn(at).length).toBe(before + 1);
    const { blocks } = world.slack.callsOf('chat.postEphemeral').at(-1) ?? { blocks: [] };
    return { ts: '1.2', channel: at.place.channel, text: '', blocks };
  }
  const press = (message: StoredMessage, user: string, state = {}): Promise<{ status: number }> => {
    const [button] = buttonsOf(message).filter(({ action_id: id }) => id.startsWith('fill-runbook'));
    if (!button) throw new Error('no button was shown');
    return interact({ ...clickOf(message, button, user), trigger_id: nextTrigger(), state: { values: state } });
  };
  const chosen = (name: string) => ({
    b: { choice_runbook: { type: 'static_select', selected_option: { value: name } } },
  });

  it('of the list opens the chosen runbook', async () => {
    const at = await incident();
    const list = await whispered(at, 'runbook list');
    const view = await opened(async () => {
      await press(list, 'U1', chosen('purge-cache'));
    });
    expect(view).toMatchObject({ title: { text: 'Runbook purge-cache' } });
  });

  it('of the list without a choice says so', async () => {
    const at = await incident();
    await press(await whispered(at, 'runbook list'), 'U1');
    await expect.poll(() => whispersIn(at).at(-1)).toContain('No runbook was chosen');
  });

  it('works for whom it was shown to, not for another', async () => {
    const at = await incident();
    const list = await whispered(at, 'runbook list');
    const before = world.slack.views.length;
    await press(list, 'U2', chosen('purge-cache'));
    await expect.poll(() => whispersIn(at).at(-1)).toContain('belongs to somebody else or another channel');
    expect(world.slack.views).toHaveLength(before);
  });

  it('of a request works for everybody in its channel, and in no other', async () => {
    const [at, other] = [await incident(), await incident()];
    await type(at, 'runbook purge-cache cache=catalogue');
    await expect.poll(() => postedIn(at).length).toBe(1);
    const [request] = postedIn(at);
    if (!request) throw new Error('no request was posted');
    const view = await opened(async () => {
      await press(request, 'U2');
    });
    expect(view).toMatchObject({ title: { text: 'Runbook purge-cache' } });

    await press({ ...request, channel: other.place.channel }, 'U2');
    await expect.poll(() => whispersIn(other).at(-1)).toContain('belongs to somebody else or another channel');
  });
});
