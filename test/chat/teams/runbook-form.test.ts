/** Goal: a runbook is filled in by a dialog, sent once, and asked of people as if it had been typed. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activityBytesMax } from '../../../src/chat/teams/render.ts';
import type { Incident } from '../../../src/core/incident.ts';
import type { Runbook } from '../../../src/core/runbook.ts';
import { channelFillButton } from '../../../src/core/runbook-form-seal.ts';
import { answersFor, everyKind, formCatalogue, formStage, shipped } from '../../support/form-stage.ts';
import { everyNode } from '../slack/lint-message.ts';
import { activityFrom, createMemoryOutbox, startTeamsWorld, type TeamsWorld, tenant } from './teams-world.ts';

const stage = formStage();
let world: TeamsWorld;
beforeAll(async () => {
  const { forms, intake, clock } = stage();
  world = await startTeamsWorld(createMemoryOutbox(), { forms, intake, clock, people: formCatalogue.people });
  stage().speakThrough(world.platform);
  for (const account of ['aad-lee', 'aad-dana', 'aad-gus']) {
    const userRole = account === 'aad-gus' ? 'guest' : 'user';
    world.members.set(account, { id: account, name: account, userRole, tenantId: tenant });
  }
  await world.listen();
});
afterAll(() => world.stop());

type Element = Readonly<Record<string, unknown>>;
type Task = { readonly type: string; readonly value: unknown };

let count = 0;
const incident = (): Promise<Incident> => {
  count += 1;
  return stage().incidentAt({ platform: 'teams', tenant, channel: `19:form-${count}@thread.tacv2` });
};

type From = { readonly account?: string; readonly conversation?: string };

/** What a client sends in the channel of an incident, or wherever else. */
function send({ place }: Incident, change: object, { account = 'aad-lee', conversation }: From = {}) {
  count += 1;
  const id = `17000000${count}`;
  return world.deliver(
    activityFrom(world.serviceUrl, {
      id,
      from: { id: `29:${account}`, name: account, aadObjectId: account },
      conversation: { id: conversation ?? `${place.channel};messageid=${id}`, tenantId: tenant },
      ...change,
    }),
  );
}

async function invoke(at: Incident, { name, data }: { name: string; data: object }, from: From = {}): Promise<Task> {
  const value = { data, context: { theme: 'default' } };
  const response = await send(at, { type: 'invoke', name, value, text: undefined, entities: [] }, from);
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(activityBytesMax);
  return (JSON.parse(text) as { task: Task }).task;
}

/** Presses a button for this runbook in the incident's channel. */
const fetchForm = (at: Incident, runbook: string, from: From = {}): Promise<Task> => {
  const button = { verb: 'fill-runbook', value: channelFillButton({ incident: at.id, runbook }) };
  return invoke(at, { name: 'task/fetch', data: { msteams: { type: 'task/fetch' }, ...button } }, from);
};

type DialogCard = { readonly body: readonly Element[]; readonly actions: readonly { readonly data: Element }[] };

function cardOf({ type, value }: Task): DialogCard {
  expect(type).toBe('continue');
  return (value as { card: { content: DialogCard } }).card.content;
}

const inputsOf = (card: DialogCard): readonly Element[] =>
  card.body.filter(({ type }) => String(type).startsWith('Input.'));

type Dialog = From & { readonly at: Incident; readonly card: DialogCard };

/** What the client sends for a dialog: every field that has a value, beside the data of the button. */
function submit({ at, card, ...from }: Dialog, answers: object): Promise<Task> {
  const filled = inputsOf(card).flatMap(({ id, value }) => (value === undefined ? [] : [[String(id), value]]));
  const data = { ...card.actions[0]?.data, ...Object.fromEntries(filled), ...answers };
  return invoke(at, { name: 'task/submit', data }, from);
}

const asFields = (answers: { readonly [input: string]: string }) =>
  Object.fromEntries(Object.entries(answers).map(([name, value]) => [`field_${name}`, value]));

const postedTo = (conversation: string): readonly string[] =>
  world.sent.flatMap(({ method, path, body }) =>
    method === 'POST' && path.includes(`/conversations/${conversation}`) ? [body] : [],
  );

it.each(shipped.map((runbook) => [runbook.name, runbook] as const))(
  '%s opens with its inputs',
  async (name, runbook) => {
    const card = cardOf(await fetchForm(await incident(), name));
    expect(inputsOf(card).map(({ id }) => id)).toEqual(Object.keys(runbook.inputs).map((input) => `field_${input}`));
    expect(inputsOf(card).every(({ label, isRequired, errorMessage }) => label && isRequired && errorMessage)).toBe(
      true,
    );
  },
);

const some: readonly Runbook[] = [
  everyKind,
  ...shipped.filter(({ name }) => /^(?:undo-rollout|raise-prov)/u.test(name)),
];
it.each(some.map((runbook) => [runbook.name, runbook] as const))(
  '%s, sent, asks for approval in the channel',
  async (name, runbook) => {
    const at = await incident();
    const answers = answersFor(runbook);
    expect(await submit({ at, card: cardOf(await fetchForm(at, name)) }, asFields(answers))).toMatchObject({
      type: 'message',
    });
    await expect.poll(() => postedTo(at.place.channel).join()).toContain('approve-plan');
    const said = Object.entries(answers).map(([input, value]) => `${input}=${value}`);
    expect(await stage().titles(at)).toEqual([`${runbook.title} (${said.join(', ')})`]);
  },
);

describe('the dialog', () => {
  it('has a control for every kind of input, with its default', async () => {
    const card = cardOf(await fetchForm(await incident(), 'every-kind'));
    expect(inputsOf(card)).toMatchObject([
      { type: 'Input.Text', id: 'field_note', maxLength: 60, isRequired: false },
      { type: 'Input.Text', id: 'field_flag', regex: '^[a-z-]+$', isRequired: true },
      { type: 'Input.Number', id: 'field_share', min: 0, max: 1, value: 0.5 },
      { type: 'Input.ChoiceSet', id: 'field_where', style: 'compact', value: 'green' },
      {
        type: 'Input.ChoiceSet',
        id: 'field_force',
        style: 'expanded',
        choices: [{ value: 'true' }, { value: 'false' }],
      },
    ]);
  });

  it('comes back with what was typed and what is wrong above its field, and asks for nothing', async () => {
    const at = await incident();
    const card = cardOf(await fetchForm(at, 'every-kind'));
    const typed = asFields({ note: 'x y=z', flag: 'New *Flag*', share: '1.5', force: 'true' });

    const again = cardOf(await submit({ at, card }, typed));

    const flag = again.body.findIndex(({ id }) => id === 'field_flag');
    expect(again.body[flag]).toMatchObject({ value: 'New *Flag*' });
    expect(again.body[flag - 1]).toMatchObject({
      color: 'Attention',
      text: 'Flag: Not allowed: give text matching \\[a-z-\\]+, at most 12 characters',
    });
    expect(inputsOf(again).map(({ value }) => value)).toEqual(['x y=z', 'New *Flag*', 1.5, 'green', 'true']);
    expect(await stage().titles(at)).toEqual([]);

    await submit({ at, card: again }, asFields({ flag: 'new', share: '1' }));
    await expect
      .poll(() => stage().titles(at))
      .toEqual([`${everyKind.title} (note=x y=z, flag=new, share=1, where=green, force=true)`]);
  });

  it('asks once, however often it is sent', async () => {
    const at = await incident();
    const card = cardOf(await fetchForm(at, 'every-kind'));
    const press = (flag: string) => submit({ at, card }, asFields({ flag, force: 'false' }));
    await Promise.all([press('a'), press('a'), press('b')]);
    await expect.poll(() => postedTo(at.place.channel).length).toBe(1);
    await press('a');
    expect(await stage().titles(at)).toHaveLength(1);
    expect(postedTo(at.place.channel)).toHaveLength(1);
  });

  it('refuses altered data, another incident, and somebody else', async () => {
    const [at, other] = [await incident(), await incident()];
    const card = cardOf(await fetchForm(at, 'every-kind'));
    const seal = String(card.actions[0]?.data['seal']);
    const answers = asFields({ flag: 'a', force: 'true' });
    const refused = [
      await submit({ at, card }, { ...answers, seal: seal.replace(at.id, other.id) }),
      await submit({ at: other, card }, { ...answers, seal: seal.replace('every-kind', 'purge-queue') }),
      await submit({ at, card }, { ...answers, seal: 'x' }),
      await submit({ at, card, account: 'aad-dana' }, answers),
      await submit({ at, card }, { ...answers, verb: 'approve-plan' }),
    ];
    expect(refused.map(({ type }) => type)).toEqual(refused.map(() => 'message'));
    expect(refused.map(({ value }) => value).slice(0, 4)).toEqual(
      Array.from({ length: 4 }, () => expect.stringContaining('not one I opened for you')),
    );
    expect([...(await stage().titles(at)), ...(await stage().titles(other))]).toEqual([]);
  });

  it.each([
    ['a guest', 'aad-gus', 'Guests and people from other organisations'],
    ['a stranger', 'aad-eve', 'You are not in the directory'],
  ])('does not open for %s', async (_name, account, says) => {
    expect(await fetchForm(await incident(), 'every-kind', { account })).toEqual({
      type: 'message',
      value: expect.stringContaining(says),
    });
  });

  it('does not open in another channel, for a closed incident, or for a button that is none of ours', async () => {
    const [at, other] = [await incident(), await incident()];
    const elsewhere = await fetchForm(at, 'every-kind', { conversation: other.place.channel });
    await stage().close(at);
    const closed = await fetchForm(at, 'every-kind');
    const strange = await invoke(at, { name: 'task/fetch', data: { verb: 'approve-plan', value: 'x' } });
    expect([elsewhere, closed, strange].map(({ value }) => value)).toEqual([
      expect.stringContaining('belongs to somebody else or another channel'),
      expect.stringContaining('A runbook needs an open incident'),
      expect.stringContaining('not one of mine'),
    ]);
  });
});

it('a mention without values whispers the button, which opens the form for that person in their own chat', async () => {
  const at = await incident();
  const text = '<at>Causeway</at> runbook every-kind';
  await send(at, { text });
  const whispered = () => postedTo('a:direct').find((body) => body.includes(at.id) && body.includes('task/fetch'));
  await expect.poll(whispered).toBeDefined();
  const whisper = JSON.parse(whispered() ?? '') as {
    attachments: { content: { actions: { type: string; data: object }[] } }[];
  };
  const [button] = whisper.attachments[0]?.content.actions ?? [];
  expect(button).toMatchObject({
    type: 'Action.Submit',
    data: { msteams: { type: 'task/fetch' }, verb: 'fill-runbook' },
  });
  const press = (account: string) =>
    invoke(at, { name: 'task/fetch', data: button?.data ?? {} }, { account, conversation: 'a:direct' });

  const card = cardOf(await press('aad-lee'));
  expect((await press('aad-dana')).value).toContain('belongs to somebody else');
  await submit({ at, card, conversation: 'a:direct' }, asFields({ flag: 'a', force: 'true' }));

  await expect.poll(() => postedTo(at.place.channel).join()).toContain('approve-plan');
});

it('the list has a choice and a button, which opens the chosen runbook', async () => {
  const at = await incident();
  await send(at, { text: '<at>Causeway</at> runbook list' });
  const listed = () => postedTo('a:direct').find((body) => body.includes(`${at.id}..`));
  await expect.poll(listed).toBeDefined();
  const button = everyNode(JSON.parse(listed() ?? '')).find(({ type }) => type === 'Action.Submit');
  const data = button?.['data'] as object;
  const press = (chosen: object) =>
    invoke(at, { name: 'task/fetch', data: { ...data, ...chosen } }, { conversation: 'a:direct' });
  expect(inputsOf(cardOf(await press({ choice_runbook: 'purge-cache' }))).map(({ id }) => id)).toEqual(['field_cache']);
  expect((await press({})).value).toContain('No runbook was chosen');
});

it('a client without dialogs sends the button as a message, and is told how to do it by text', async () => {
  const at = await incident();
  const value = { verb: 'fill-runbook', value: channelFillButton({ incident: at.id, runbook: 'every-kind' }) };
  await send(at, { value, text: undefined, entities: [] });
  await expect.poll(() => postedTo('a:direct').join()).toContain('runbook every-kind note=... flag=...');
});
