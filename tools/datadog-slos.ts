import { z } from 'zod';
import type { Catalogue, Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type Ask, datadogClient, datadogEnvironment } from './datadog/client.ts';
import { readServices } from './datadog/read-services.ts';
import { termOf } from './datadog/search-term.ts';
import { type Objective, readLevel, searchObjectives, type WindowLevel } from './datadog/slos.ts';
import { fitView } from './reading/fit-view.ts';
import { datadogTag, servicesInput } from './reading/scope.ts';
import { round } from './reading/series-shape.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ services: servicesInput, ...windowInput });

export const tool = defineTool({
  name: 'datadog_slos',
  source: 'datadog',
  description:
    'Service level objectives of some services in Datadog: target, level now, how much error budget is left, and how ' +
    'fast a window burns it. Use it to tell how bad an incident is for users.',
  environment: datadogEnvironment,
  input,
  // It tells how bad it is, not why.
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return (asked, context) => {
      const reading = {
        services: asked.services,
        context,
        asked: `service level objectives of ${asked.services.join(', ')}`,
        blocks: 'how much error budget is left',
        grant: 'the scope slos_read',
      };
      return readServices(reading, async (services) => {
        const window = readWindow(asked, context.nowMs);
        const read = await readAll(client.asking(context.signal), services, window);
        const query = queriesOf(services).join(' | ');
        const link = client.link('/slo/manage', { query: queriesOf(services).join(' OR ') });
        return sloFinding({ ...read, services, catalogue: context.catalogue }, { query, window, link });
      });
    };
  },
});

const queriesOf = (services: readonly Service[]): readonly string[] =>
  services.map((service) => `service:${termOf(datadogTag(service))}`);

type Level = { readonly objective: Objective; readonly during: WindowLevel | null; readonly burn: number | null };

/** Each history is a request of its own. */
const historiesMax = 5;

/** The search takes one text, so each service has its own; histories of those with the least budget left. */
async function readAll(ask: Ask, services: readonly Service[], window: Window) {
  const lists = await Promise.all(queriesOf(services).map((query) => searchObjectives(ask, query)));
  const byId = new Map(lists.flatMap((list) => list.objectives).map((one) => [one.id, one]));
  const worst = [...byId.values()].toSorted((one, other) => budgetOf(one) - budgetOf(other));
  const levels = await Promise.all(
    worst.map(async (objective, place): Promise<Level> => {
      if (place >= historiesMax) return { objective, during: null, burn: null };
      const during = await readLevel(ask, objective.id, window);
      return { objective, during, burn: burnOf(objective, during) };
    }),
  );
  return { levels, truncated: lists.some((list) => list.truncated) };
}

const budgetOf = ({ budgetLeft }: Objective): number => budgetLeft ?? Number.POSITIVE_INFINITY;

/** How many times faster than allowed the window spends: 1 spends the whole budget in exactly the timeframe. */
function burnOf({ target }: Objective, { sli }: WindowLevel): number | null {
  if (target === null || sli === null || target >= 100) return null;
  return round(Math.max(0, 100 - sli) / (100 - target));
}

type Read = {
  readonly levels: readonly Level[];
  readonly truncated: boolean;
  readonly services: readonly Service[];
  readonly catalogue: Catalogue;
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };

function sloFinding({ levels, truncated, services, catalogue }: Read, source: Source): Finding {
  const names = services.map((service) => service.id).join(', ');
  const first = levels.toSorted((one, other) => (other.burn ?? -1) - (one.burn ?? -1))[0];
  if (first === undefined) return { kind: 'empty', searched: `service level objectives of ${names}`, ...source };
  const breached = levels.filter(({ objective }) => objective.state === 'breached').length;
  const burn = first.burn === null ? 'unknown burn' : `burning ${first.burn} times as fast as allowed`;
  return {
    kind: 'found',
    result: { count: levels.length, breached, objectives: levels.map((level) => resultOf(level, catalogue)) },
    provenance: 'B',
    ...source,
    headline: [
      `${breached} of ${levels.length} objectives of ${names} breached; ${burn}, ${percent(first.objective.budgetLeft)} of the budget left: `,
      taint(first.objective.name.slice(0, 120)),
    ],
    chart: null,
    view: fitView({
      head: [
        `objectives of ${names}; burn: in ${sayWindow(source.window)}, 1 spends the budget in exactly its timeframe`,
        ...(levels.length > historiesMax ? [`burn was read for the ${historiesMax} with the least budget left`] : []),
        ...(truncated ? ['there are more objectives that were not read'] : []),
        'state | level | target | timeframe | budget left | burn | first down | name',
      ],
      rows: levels.map(rowOf),
      things: 'objectives',
    }),
    signals: {},
    truncated,
  };
}

const percent = (value: number | null): string => (value === null ? 'an unknown part' : `${round(value)} %`);

const resultOf = ({ objective, during, burn }: Level, catalogue: Catalogue) => ({
  ...objective,
  sli: objective.sli === null ? null : round(objective.sli),
  budgetLeft: objective.budgetLeft === null ? null : round(objective.budgetLeft),
  services: objective.services.map(
    (tag) => catalogue.services.find((service) => datadogTag(service) === tag)?.id ?? tag,
  ),
  windowLevel: during?.sli ?? null,
  firstDown: during === null || during.failedAtMs === null ? null : isoTime(during.failedAtMs),
  burn,
});

function rowOf({ objective, during, burn }: Level): string {
  const { state, sli, target, timeframe, budgetLeft, name } = objective;
  const numbers = [sli === null ? '-' : round(sli), target ?? '-', timeframe ?? '-', percent(budgetLeft), burn ?? '-'];
  const failedAtMs = during?.failedAtMs ?? null;
  return [state, ...numbers, failedAtMs === null ? '-' : shortTime(failedAtMs), name.slice(0, 120)].join(' | ');
}
