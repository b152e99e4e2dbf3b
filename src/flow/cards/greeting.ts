import type { Card } from '../../core/card.ts';
import type { Incident } from '../../core/incident.ts';

/** Once per incident. Says what will happen and what will not. */
export function greetingCard(incident: Incident): Card {
  return {
    kind: 'greeting',
    fallback: `${incident.id}: I am reading what changed. I will not change anything without approval.`,
    lead: [
      { strong: 'I am reading what changed before ' },
      { atMs: incident.openedAtMs },
      '. One status message in this channel, evidence in its thread. I will not change anything without approval.',
    ],
    actions: [{ id: 'brief-me', label: 'Brief Me', value: incident.id, style: 'plain' }],
  };
}
