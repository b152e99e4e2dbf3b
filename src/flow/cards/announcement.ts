import type { Card } from '../../core/card.ts';
import { type ProposalView, planDetails, planFacts } from './proposal.ts';
import { sentence } from './words.ts';

type Announced = { readonly failure: string; readonly because: string; readonly startsAtMs: number };

/** Tells that a plan starts by itself, when, why that is allowed, and gives everybody a button to stop it. */
export function announcementCard(view: ProposalView, { failure, because, startsAtMs }: Announced): Card {
  const { plan, digest } = view.sealed;
  return {
    kind: 'proposal',
    fallback: sentence(`Starts by itself unless stopped: ${plan.title}`),
    title: [plan.title],
    lead: [{ strong: 'I start this myself at ' }, { atMs: startsAtMs }, { strong: ' unless somebody stops it.' }],
    facts: [...planFacts(view), { label: 'Allowed because', value: [`${failure} is set to auto: ${because}`] }],
    details: planDetails(view),
    actions: [
      {
        id: 'reject-plan',
        label: 'Stop It',
        value: view.value('reject-plan'),
        style: 'danger',
        confirm: {
          title: 'Stop this plan',
          text: sentence(`${plan.title} will not run. Plan ${digest.slice(-8)}.`),
          accept: 'Stop It',
          dismiss: 'Go Back',
        },
      },
    ],
    foot: ['Plan ', { code: digest.slice(-8) }, ' · ', { label: 'full plan', href: view.url }],
  };
}
