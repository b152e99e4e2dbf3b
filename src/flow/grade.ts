import { type Calibration, calibrate, gradeLabels, grades, parseGrade } from '../core/calibration.ts';
import type { Line } from '../core/card.ts';
import { personOf } from '../core/directory.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { whisper } from './show.ts';
import type { World } from './world.ts';

/** One click after the incident: was the verdict right? Recorded with what the verdict was; a later click corrects it. */
export async function gradeVerdict(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const parsed = parseGrade(inbound.value);
  const person = personOf(world.catalogue, inbound.actor.platform, inbound.actor.account);
  const incident = parsed ? await world.store.incident(parsed.incident) : null;
  const key = `grade:${inbound.key}`;
  if (!parsed || !incident)
    return whisper(world, inbound, { card: noticeCard('There is no such incident', 'Use the newest buttons.'), key });
  if (!person) {
    const card = noticeCard('You are not in the directory', 'Ask to have your account added to causeway.yaml.');
    return whisper(world, inbound, { card, key });
  }
  const [lead] = await world.store.hypotheses(incident.id);
  const verdict = { word: lead?.word ?? 'NothingWrong', score: lead?.score ?? null, kind: lead?.kind ?? null };
  await world.store.transact(async (transaction) => {
    if (!(await world.store.claim(transaction, key, {}))) return;
    await world.store.audit(transaction, {
      kind: 'verdict.grade',
      incident: incident.id,
      actor: person.id,
      atMs: inbound.atMs,
      body: { grade: parsed.grade, ...verdict, entity: lead?.entity ?? null },
    });
  });
  const lines = calibrationLines(await calibrationOf(world));
  const first: Line = [`Recorded: ${gradeLabels[parsed.grade].toLowerCase()}. Click another to correct it.`];
  await whisper(world, inbound, { card: replyCard('Grade recorded', [first, ...lines]), key });
}

export const calibrationOf = async (world: Pick<World, 'store'>): Promise<Calibration> =>
  calibrate(await world.store.auditRows({ kind: 'verdict.grade' }));

/** "When I said Likely I was right 17 of 20." */
export function calibrationLines({ words, grades: counts, brier }: Calibration): readonly Line[] {
  if (words.length === 0) return [['No verdict was graded yet. The closing message of an incident has the buttons.']];
  return [
    ...words.map(({ word, said, right }): Line => ['When I said ', { word }, ` I was right ${right} of ${said}`]),
    [grades.map((grade) => `${gradeLabels[grade].toLowerCase()} ${counts[grade]}`).join(', ')],
    ...(brier === null ? [] : [[`Brier score ${brier.toFixed(3)} (0 is perfect, always saying half is .25)`]]),
  ];
}
