import type { AuditRow } from '../core/audit-entry.ts';
import { type Calibration, calibrate, gradeLabels, grades, parseGrade } from '../core/calibration.ts';
import type { Card, Line } from '../core/card.ts';
import { personOf } from '../core/directory.ts';
import { causeKinds } from '../core/hypothesis.ts';
import type { Incident } from '../core/incident.ts';
import { loweringsOf, shareWords } from '../core/track-record.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { kindWords } from './cards/words.ts';
import { whisper } from './show.ts';
import type { World } from './world.ts';

type Click = Extract<Inbound, { type: 'click' }>;
type Body = AuditRow['body'];

/** One click after the incident: was the verdict right? Recorded with what the verdict was; a later click corrects it. */
export async function gradeVerdict(world: World, inbound: Click): Promise<void> {
  const key = `grade:${inbound.key}`;
  const parsed = parseGrade(inbound.value);
  const checked = await checkGrader(world, inbound, parsed?.incident ?? '');
  if ('card' in checked || !parsed)
    return whisper(world, inbound, { card: 'card' in checked ? checked.card : noIncident, key });
  const { incident, person } = checked;
  const [lead] = await world.store.hypotheses(incident.id);
  const verdict = { word: lead?.word ?? 'NothingWrong', score: lead?.score ?? null, kind: lead?.kind ?? null };
  const body = { grade: parsed.grade, ...verdict, entity: lead?.entity ?? null };
  await record(world, { incident, person, body, key, atMs: inbound.atMs });
  const lines = calibrationLines(await calibrationOf(world));
  const first: Line = [`Recorded: ${gradeLabels[parsed.grade].toLowerCase()}. Click another to correct it.`];
  const card = replyCard('Grade recorded', [first, ...lines]);
  await whisper(world, inbound, { card: parsed.grade === 'right' ? card : asking(card, world, incident), key });
}

/** The real cause, after a grade other than right: a kind and a service of closed lists, kept with the grade. */
export async function nameCause(world: World, inbound: Click): Promise<void> {
  const key = `cause:${inbound.key}`;
  const checked = await checkGrader(world, inbound, inbound.value);
  if ('card' in checked) return whisper(world, inbound, { card: checked.card, key });
  const { incident, person } = checked;
  const kind = causeKinds.find((each) => each === inbound.chosen?.['kind']) ?? null;
  const service = world.catalogue.services.find(({ id }) => id === inbound.chosen?.['service'])?.id ?? null;
  const rows = await world.store.auditRows({ incident: incident.id, kind: 'verdict.grade' });
  const last = rows.at(-1)?.body;
  if (!last || last['grade'] === 'right' || (kind === null && service === null)) {
    const card = noticeCard('No cause was recorded', 'Grade the verdict first, then choose what it really was.');
    return whisper(world, inbound, { card, key });
  }
  await record(world, { incident, person, body: { ...last, cause: { kind, service } }, key, atMs: inbound.atMs });
  const said = `${kind === null ? 'A cause' : kindWords[kind]}${service === null ? '' : ` on ${service}`}`;
  await whisper(world, inbound, { card: replyCard('Real cause recorded', [[`Recorded: it was ${said}.`]]), key });
}

const noIncident = noticeCard('There is no such incident', 'Use the newest buttons.');

/** Members of the directory grade; guests, strangers and people who left do not. */
async function checkGrader(
  world: World,
  { actor }: Click,
  id: string,
): Promise<{ readonly incident: Incident; readonly person: string } | { readonly card: Card }> {
  const person = personOf(world.catalogue, actor.platform, actor.account);
  const incident = id === '' ? null : await world.store.incident(id);
  if (!incident) return { card: noIncident };
  if (!person)
    return {
      card: noticeCard('You are not in the directory', 'Ask to have your account added to causeway.yaml.'),
    };
  const { standing } = await world.platform(actor.platform).account(actor);
  if (standing !== 'member')
    return { card: noticeCard('Guests cannot grade verdicts', 'Ask a member of the owning group.') };
  return { incident, person: person.id };
}

type Recorded = {
  readonly incident: Incident;
  readonly person: string;
  readonly body: Body;
  readonly key: string;
  readonly atMs: number;
};

const record = ({ store }: World, { incident, person, body, key, atMs }: Recorded): Promise<void> =>
  store.transact(async (transaction) => {
    if (!(await store.claim(transaction, key, {}))) return;
    await store.audit(transaction, { kind: 'verdict.grade', incident: incident.id, actor: person, atMs, body });
  });

/** Adds the question what it really was. Leaving it unanswered is an answer too. */
const asking = (card: Card, { catalogue }: World, { id }: Incident): Card => ({
  ...card,
  actions: [
    {
      id: 'name-cause',
      label: 'Save Real Cause',
      value: id,
      style: 'plain',
      choices: [
        {
          name: 'kind',
          label: 'What was it?',
          options: causeKinds.map((value) => ({ value, label: kindWords[value] })),
        },
        {
          name: 'service',
          label: 'Which service?',
          options: catalogue.services.map((service) => ({ value: service.id, label: service.title })),
        },
      ],
    },
  ],
  foot: ['What was it really? Choose and save, or skip this'],
});

export const calibrationOf = async (world: Pick<World, 'store'>): Promise<Calibration> =>
  calibrate(await world.store.auditRows({ kind: 'verdict.grade' }));

/** A kind or a service with fewer grades is not listed. */
export const listedMin = 3;

/** "When I said Likely I was right 17 of 20, between 64 and 95 %." */
export function calibrationLines(calibration: Calibration): readonly Line[] {
  const { words, kinds, services, missed, grades: counts, brier } = calibration;
  if (words.length === 0) return [['No verdict was graded yet. The closing message of an incident has the buttons.']];
  const listed = <Each extends { readonly said: number }>(all: readonly Each[]): readonly Each[] =>
    all.filter(({ said }) => said >= listedMin);
  return [
    ...words.map((each): Line => ['When I said ', { word: each.word }, ` I was right ${shareWords(each)}`]),
    ...listed(kinds).map((each): Line => [`When I said ${kindWords[each.kind]}: ${shareWords(each)}`]),
    ...listed(services).map((each): Line => [`When I named ${each.service}: ${shareWords(each)}`]),
    ...missed
      .slice(0, 5)
      .map(({ said, real, times }): Line => [`Said ${kindWords[said]}, was ${kindWords[real]}: ${times}`]),
    ...loweringsOf(calibration).map(
      ({ word, kind, to }): Line => [
        'Until that changes I say ',
        { word: to },
        ` where I would have said ${word} of ${kindWords[kind]}`,
      ],
    ),
    [grades.map((grade) => `${gradeLabels[grade].toLowerCase()} ${counts[grade]}`).join(', ')],
    ...(brier === null ? [] : [[`Brier score ${brier.toFixed(3)} (0 is perfect, always saying half is .25)`]]),
  ];
}
