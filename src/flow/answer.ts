/** Answers to commands and questions: private where the grammar says so, in the thread otherwise. No verb approves. */
import type { Card, Line } from '../core/card.ts';
import type { Command } from '../core/command.ts';
import { groupsOf, personOf } from '../core/directory.ts';
import type { Incident } from '../core/incident.ts';
import { riskWithAge, runbookAge } from '../core/runbook-history.ts';
import { dayLines } from '../core/spending.ts';
import { taint } from '../core/tainted.ts';
import type { Inbound } from '../ports.ts';
import { explain } from './answer-why.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { fillInOneOf } from './cards/runbook-form.ts';
import { causeWords, duration } from './cards/words.ts';
import { calibrationLines, calibrationOf } from './grade.ts';
import { compilePostmortem } from './postmortem.ts';
import { runRunbook } from './run-runbook.ts';
import { fillButtonFor } from './runbook-form-subject.ts';
import { post, whisper } from './show.ts';
import { stopInvestigation } from './steer.ts';
import { resumeAll, stopAll } from './stop.ts';
import { timelineLines } from './timeline.ts';
import { incidentUrl, type World } from './world.ts';

export type Question = { readonly inbound: Inbound; readonly command: Command; readonly incident: Incident | null };

export async function answer(world: World, question: Question): Promise<void> {
  const { inbound, command, incident } = question;
  if (command.verb === 'postmortem') return sharePostmortem(world, question);
  if (command.verb === 'runbook')
    return runRunbook(world, { inbound, incident, name: command.name, text: command.arguments });
  await whisper(world, inbound, { card: await cardFor(world, question), key: `answer:${inbound.key}` });
}

async function cardFor(world: World, { inbound, command, incident }: Question): Promise<Card> {
  switch (command.verb) {
    case 'help':
      return replyCard('What you can ask', helpLines(world));
    case 'unknown':
      return noticeCard(
        `I do not know "${command.said.slice(0, 40)}"`,
        `Did you mean: ${command.nearest}? Type help to see everything.`,
      );
    case 'whoami':
      return whoami(world, inbound);
    case 'stats':
      return replyCard('How right I was, and what today cost', await statsLines(world));
    case 'runbook-list':
      return runbookList(world, { inbound, incident });
    case 'stop':
      return stop(world, { inbound, all: command.all, incident });
    case 'resume':
      return resumeAll(world, inbound);
    default:
      return incident ? aboutIncident(world, { command, incident }) : noIncident(world);
  }
}

/** While an action runs, stop means all of it: nobody has to know which word ends what at three in the morning. */
const stop = (
  world: World,
  { inbound, all, incident }: { inbound: Inbound; all: boolean; incident: Incident | null },
): Promise<Card> =>
  all || incident?.phase === 'acting' ? stopAll(world, inbound) : stopInvestigation(world, inbound, incident);

async function aboutIncident(
  world: World,
  { command, incident }: { command: Command; incident: Incident },
): Promise<Card> {
  switch (command.verb) {
    case 'why':
      return explain(world, incident, command.of);
    case 'timeline':
      return replyCard(`${incident.id} timeline`, await timelineLines(world, incident));
    case 'approvals':
      return approvals(world, incident);
    default:
      return brief(world, incident);
  }
}

async function brief(world: World, incident: Incident): Promise<Card> {
  const [lead] = await world.store.hypotheses(incident.id);
  const plans = await world.store.plansOf(incident.id);
  const pending = plans.filter(({ state }) => state === 'pending');
  return replyCard(`${incident.id} briefing`, [
    incident.symptom ? [incident.symptom.title] : ['No alerting monitor was found'],
    [`${incident.phase}, open for ${duration(world.clock.nowMs() - incident.openedAtMs)}`],
    lead ? [{ word: lead.word }, ` ${lead.id}: ${causeWords(lead)}`] : ['No cause yet'],
    pending[0] ? ['Waiting for approval: ', pending[0].plan.title] : ['No approval is waiting'],
    [{ label: 'open incident', href: incidentUrl(world, incident.id) }],
  ]);
}

async function approvals(world: World, incident: Incident): Promise<Card> {
  const rows = await world.store.plansOf(incident.id);
  const lines = rows.map(
    ({ plan, state, approvals: given }): Line => [`${plan.title}: ${state}, ${given.length} approvals`],
  );
  return replyCard(`${incident.id} approvals`, lines.length > 0 ? lines : [['No approval was asked for']]);
}

function whoami({ catalogue }: World, { actor }: Inbound): Card {
  const person = personOf(catalogue, actor.platform, actor.account);
  if (!person)
    return noticeCard(
      'You are not in the directory',
      `Add your ${actor.platform} account ${actor.account} to causeway.yaml.`,
    );
  const groups = groupsOf(catalogue, person.id).join(', ') || 'no group';
  return replyCard('Who you are', [[`${person.name} (${person.id}), ${groups}${person.onCall ? ', on call' : ''}`]]);
}

async function runbookList(
  world: World,
  { inbound: { actor }, incident }: Pick<Question, 'inbound' | 'incident'>,
): Promise<Card> {
  const { runbooks, store, clock, catalogue } = world;
  const ends = await store.runbookEnds();
  const lines = runbooks.map((runbook): Line => {
    const { name, title, risk, inputs } = runbook;
    const given = Object.keys(inputs).map((key) => `${key}=...`);
    const age = runbookAge(runbook, ends, clock.nowMs());
    return [
      { strong: name },
      ` · ${title} · risk ${riskWithAge(risk, age)} · ${age.says} · ${given.join(' ') || 'no inputs'}`,
    ];
  });
  const card = replyCard('Runbooks', lines.length > 0 ? lines : [['No runbook is loaded. Add files to runbooks/']]);
  const person = personOf(catalogue, actor.platform, actor.account);
  if (!incident || incident.phase === 'closed' || !person || runbooks.length === 0) return card;
  const button = fillButtonFor(world, { incident, runbook: null, person: person.id });
  return { ...card, actions: [fillInOneOf(button, runbooks)] };
}

async function statsLines(world: World): Promise<readonly Line[]> {
  const { day } = await world.store.spending(null, world.clock.nowMs());
  const today = dayLines(day, world.settings.bounds.day).map((line): Line => [line]);
  return [...calibrationLines(await calibrationOf(world)), ...today];
}

const noIncident = ({ settings }: World): Card =>
  noticeCard(
    'There is no open incident in this channel',
    `Mention me with what you see: @${settings.botName} why is checkout slow?`,
  );

function helpLines({ settings }: World): readonly Line[] {
  return [
    [`Mention @${settings.botName} with a question, or use /sre:`],
    ['investigate [quick|standard|deep] [question] · status · brief · timeline'],
    ['why H1 or why E3: what a cause or an evidence item rests on'],
    ['runbook list · runbook NAME: its form · runbook NAME key=value'],
    ['approvals · postmortem · stats · whoami · stop · stop all · resume'],
    ['There is no approve command: approval needs the rendered plan and its button.'],
  ];
}

/** The draft goes into the thread as a document, for everybody. */
async function sharePostmortem(world: World, { inbound, incident }: Question): Promise<void> {
  if (!incident) return whisper(world, inbound, { card: noIncident(world), key: `answer:${inbound.key}` });
  const { markdown } = await compilePostmortem(world, incident.id);
  const ref = await post(world, {
    place: incident.place,
    card: replyCard(`${incident.id} postmortem draft`, [
      ['The postmortem draft of ', taint(incident.id), ' is attached in this thread.'],
    ]),
    key: `postmortem:${inbound.key}`,
    incident: incident.id,
  });
  const document = { name: `postmortem-${incident.id}.md`, mediaType: 'text/markdown' as const, text: markdown };
  await world
    .platform(incident.place.platform)
    .share({ ...incident.place, root: ref.id }, document, `postmortem-file:${inbound.key}`);
}
