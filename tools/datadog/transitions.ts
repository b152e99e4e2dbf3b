/** When monitors changed their state: their alert events, `source:alert` in Datadog's event search. */
import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';
import type { Ask } from './client.ts';
import { instant, readSearch } from './search.ts';

const alertEvent = z.object({
  attributes: z.object({
    timestamp: instant,
    attributes: z
      .object({
        // Alert events use `error`, `warn` or `ok`.
        status: z.string().optional(),
        monitor: z
          .object({
            id: z.number(),
            groups: z.array(z.string()).nullish(),
            // Not in the API description, yet in answers: what tells a repeated notification from a change.
            transition: z
              .object({ transition_type: z.string().nullish(), destination_state: z.string().nullish() })
              .nullish(),
          })
          .nullish(),
        monitor_id: z.number().nullish(),
        monitor_groups: z.array(z.string()).nullish(),
      })
      .default({}),
  }),
});

type State = 'alert' | 'warn' | 'ok' | 'no-data';
export type Transition = {
  readonly atMs: number;
  readonly monitor: string;
  readonly to: State;
  readonly groups: readonly string[];
};
export type History = { readonly transitions: readonly Transition[]; readonly truncated: boolean };

const monitorsMax = 100;

/** Newest first; of at most a hundred monitors. */
export async function readTransitions(ask: Ask, monitors: readonly number[], window: Window): Promise<History> {
  const ids = monitors.slice(0, monitorsMax);
  const read = await readSearch(ask, {
    path: '/api/v2/events/search',
    query: `source:alert @monitor.id:${ids.length === 1 ? ids[0] : `(${ids.join(' OR ')})`}`,
    window,
    sort: '-timestamp',
    pageSize: 100,
    pagesMax: 4,
    item: alertEvent,
  });
  const transitions = read.items.flatMap(({ attributes }) => readTransition(attributes));
  return { transitions, truncated: read.truncated || monitors.length > ids.length };
}

const statesOfStatus: { readonly [status: string]: State } = { error: 'alert', warn: 'warn', ok: 'ok' };
const statesOfWord: { readonly [word: string]: State } = {
  Alert: 'alert',
  Warn: 'warn',
  OK: 'ok',
  'No Data': 'no-data',
};

function readTransition({ timestamp, attributes }: z.output<typeof alertEvent>['attributes']): readonly Transition[] {
  const { monitor, monitor_id: ownId, monitor_groups: ownGroups, status } = attributes;
  const id = monitor?.id ?? ownId ?? null;
  const to = statesOfWord[monitor?.transition?.destination_state ?? ''] ?? statesOfStatus[status ?? ''];
  if (id === null || to === undefined || monitor?.transition?.transition_type === 'renotify') return [];
  const groups = (monitor?.groups ?? ownGroups ?? []).slice(0, 10);
  return [{ atMs: timestamp, monitor: String(id), to, groups }];
}
