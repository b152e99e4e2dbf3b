/** A deep investigation costs more than people expect from a question: price and time come first, then the button. */
import type { Card } from '../core/card.ts';
import { budgetFor } from '../core/depth.ts';
import { taint } from '../core/tainted.ts';
import type { Inbound } from '../ports.ts';
import { noticeCard } from './cards/reply.ts';
import { duration } from './cards/words.ts';
import { lookAgain, openIncident } from './open-incident.ts';
import { whisper } from './show.ts';
import { sayHeard } from './steer.ts';
import type { World } from './world.ts';

/** What a button can carry on every platform. */
const questionCharactersMax = 500;

export function offerDeep(world: World, { inbound, question }: { inbound: Inbound; question: string }): Promise<void> {
  const card = world.investigator ? offerCard(world, question) : noModelCard;
  return whisper(world, inbound, { card, key: `deep:${inbound.key}` });
}

const noModelCard = noticeCard('No model is configured', 'A deep run is the model reading on; say investigate.');

function offerCard({ settings }: World, question: string): Card {
  const standard = settings.budget;
  const deep = budgetFor('deep', standard);
  return {
    kind: 'reply',
    fallback: `A deep investigation costs up to ${dollars(deep.dollarsMax)} dollars: start it?`,
    title: ['Deep investigation'],
    facts: [
      {
        label: 'Costs at most',
        value: [`${dollars(deep.dollarsMax)} dollars (standard ${dollars(standard.dollarsMax)})`],
      },
      {
        label: 'Takes at most',
        value: [`${duration(deep.durationMsMax)} (standard ${duration(standard.durationMsMax)})`],
      },
      { label: 'Reads at most', value: [`${deep.toolCallsMax} times (standard ${standard.toolCallsMax})`] },
    ],
    actions: [
      {
        id: 'start-deep',
        label: 'Start Deep Investigation',
        value: question.slice(0, questionCharactersMax),
        style: 'primary',
      },
    ],
    foot: ['It only reads. Say stop to end it early: what the evidence supports by then is posted.'],
  };
}

const dollars = (amount: number): string => String(Number(amount.toFixed(2)));

/** The button. A second click finds the investigation under way. */
export async function startDeep(world: World, inbound: Extract<Inbound, { type: 'click' }>): Promise<void> {
  const incident = await world.store.incidentAt(inbound.place);
  const asking = { ...inbound, text: taint(inbound.value) };
  if (!incident) return openIncident(world, asking, 'deep');
  if (incident.phase === 'settled') return lookAgain(world, incident, { inbound: asking, depth: 'deep' });
  return sayHeard(world, inbound);
}
