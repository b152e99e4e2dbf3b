import type { Card, Line } from '../core/card.ts';
import type { EvidenceId, HypothesisId } from '../core/evidence.ts';
import type { Incident } from '../core/incident.ts';
import { evidenceCard } from './cards/evidence.ts';
import { noticeCard, replyCard } from './cards/reply.ts';
import { causeWords } from './cards/words.ts';
import { incidentUrl, type World } from './world.ts';

/** What one hypothesis or one evidence item rests on. */
export async function explain(world: World, incident: Incident, of: HypothesisId | EvidenceId): Promise<Card> {
  const hypotheses = await world.store.hypotheses(incident.id);
  const evidence = await world.store.evidence(incident.id);
  const item = evidence.find(({ id }) => id === of);
  if (item) return evidenceCard(item, hypotheses, incidentUrl(world, incident.id));
  const hypothesis = hypotheses.find(({ id }) => id === of);
  if (!hypothesis)
    return noticeCard(
      `${incident.id} has no ${of}`,
      `It has ${hypotheses.map(({ id }) => id).join(', ') || 'no hypotheses'} and ${evidence.length} evidence items.`,
    );
  const cite = (label: string, { evidence: id, why }: (typeof hypothesis.supports)[number]): Line => [
    `${label} `,
    { evidence: id },
    ': ',
    why,
  ];
  return replyCard(`${of} of ${incident.id}`, [
    [{ word: hypothesis.word }, ` ${causeWords(hypothesis)}`],
    [hypothesis.mechanism],
    ...hypothesis.supports.map((citation) => cite('For', citation)),
    ...hypothesis.refutes.map((citation) => cite('Against', citation)),
    ['Wrong if: ', hypothesis.wrongIf],
  ]);
}
