import { renderCard as renderSlack } from '../../src/chat/slack/render.ts';
import { renderActivity } from '../../src/chat/teams/render.ts';
import { renderCard as renderWeb } from '../../src/chat/web/render.ts';
import type { Card } from '../../src/core/card.ts';

const nothing = renderWeb({ kind: 'notice', fallback: 'x' }, { evidenceHref: () => '/', button: () => null as never });
const context = { evidenceHref: (id: string) => `/e/${id}`, button: () => nothing };

export type Payloads = { readonly slack: string; readonly teams: string; readonly web: string };

/** What Slack, Teams and the page would be sent. */
export const payloadsOf = (card: Card): Payloads => ({
  slack: JSON.stringify(renderSlack(card, { mark: 'mark', version: 1, people: [] })),
  teams: JSON.stringify(renderActivity(card, () => null)),
  web: renderWeb(card, context).html,
});
