import { z } from 'zod';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding, type ToolContext } from '../src/tool.ts';
import { sayLabels } from './prometheus/answers.ts';
import { type PrometheusClient, prometheusClient, prometheusEnvironment } from './prometheus/client.ts';
import { prometheusRefusal } from './prometheus/refusal.ts';
import { counted } from './reading/counted.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { pickServices, servicesInput } from './reading/scope.ts';
import { minuteMs } from './reading/window.ts';

const input = z.object({
  services: servicesInput
    .optional()
    .describe('Catalogue ids: only targets with this service or job label; absent: all'),
});

// The labels before relabelling are not read: service discovery puts whole annotations there.
const targetsAnswer = z.object({
  activeTargets: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      scrapePool: z.string().default(''),
      health: z.string(),
      lastError: z.string().default(''),
    }),
  ),
});
type Target = z.output<typeof targetsAnswer>['activeTargets'][number];

export const tool = defineTool({
  name: 'prometheus_targets',
  source: 'prometheus',
  description:
    'What Prometheus scrapes and which targets are down, with the last scrape error: whether missing or flat metrics mean ' +
    'a broken service or only broken scraping.',
  environment: prometheusEnvironment,
  input,
  // A down target shows in `up`, which most installations alert on: not worth asking before anybody thinks.
  probes: () => [],
  connect(environment) {
    const client = prometheusClient(environment);
    return async (asked, context) => {
      const picked = pickServices(asked.services ?? [], context.catalogue);
      if (!picked.ok) return picked.failure;
      const ids = picked.value.map((service) => service.id);
      const attempt = {
        vendor: 'Prometheus',
        asked: 'scrape targets',
        nowMs: context.nowMs,
        blocks: 'whether metrics are missing because scraping is broken',
        grant: 'GET /api/v1/targets',
      };
      return orFailure({ attempt, signal: context.signal, refusal: prometheusRefusal }, async () => {
        const request = { path: 'targets', parameters: { state: 'active' }, signal: context.signal };
        const { activeTargets } = await client.ask(request, targetsAnswer);
        return targetFinding({ client, targets: activeTargets, ids, context });
      });
    };
  },
});

type Read = {
  readonly client: PrometheusClient;
  readonly targets: readonly Target[];
  readonly ids: readonly string[];
  readonly context: ToolContext;
};

const downMax = 100;

function targetFinding({ client, targets, ids, context }: Read): Finding {
  const source = {
    query: 'GET /api/v1/targets?state=active',
    window: { fromMs: context.nowMs - minuteMs, toMs: context.nowMs },
    link: client.page('targets'),
  };
  const label = client.serviceLabel;
  const meant = targets.filter(
    ({ labels }) => ids.length === 0 || ids.includes(labels[label] ?? '') || ids.includes(labels['job'] ?? ''),
  );
  const about = ids.length === 0 ? '' : ` of ${ids.join(', ')}`;
  if (meant.length === 0) {
    return {
      kind: 'empty',
      searched: `${counted(targets.length, 'scrape target')}, none${about || ' there'}`,
      ...source,
    };
  }
  const down = meant.filter(({ health }) => health === 'down').map((target) => resultOf(target, label));
  const counts = { targets: meant.length, up: meant.filter(({ health }) => health === 'up').length, down: down.length };
  const first = down[0];
  return {
    kind: 'found',
    result: { ...counts, downTargets: down.slice(0, downMax), pools: poolsOf(meant) },
    provenance: 'B',
    ...source,
    headline:
      first === undefined
        ? [`No scrape target${about} is down; ${counts.up} of ${counts.targets} are up.`]
        : [
            `${counts.down} of ${counted(counts.targets, 'scrape target')}${about} down: `,
            taint(rowOf(first).slice(0, 200)),
          ],
    chart: null,
    view: fitView({
      head: [`scrape targets${about}: ${counts.targets}, up ${counts.up}, down ${counts.down}; job / instance / error`],
      rows: [...down.map(rowOf), ...poolsOf(meant).map(({ pool, up, all }) => `pool ${pool}: ${up} of ${all} up`)],
      things: 'targets',
    }),
    signals: {},
    truncated: down.length > downMax,
  };
}

const resultOf = ({ labels, lastError }: Target, label: string) => ({
  service: labels[label] ?? null,
  job: labels['job'] ?? '',
  instance: labels['instance'] ?? '',
  labels: sayLabels(labels, ['job', 'instance', label]).slice(0, 300),
  error: withoutQuery(lastError).slice(0, 300),
});

/** Scrape errors repeat the address, and parameters of an address can be credentials. */
const withoutQuery = (text: string): string =>
  text.replaceAll(/\?[^\s"':]*/gu, '?…').replaceAll(/\/\/[^\s/@"']*@/gu, '//…@');

function poolsOf(targets: readonly Target[]) {
  const names = [...new Set(targets.map(({ scrapePool }) => scrapePool))].toSorted();
  return names.slice(0, 50).map((pool) => {
    const members = targets.filter(({ scrapePool }) => scrapePool === pool);
    return { pool, up: members.filter(({ health }) => health === 'up').length, all: members.length };
  });
}

const rowOf = ({ service, job, instance, error }: ReturnType<typeof resultOf>): string =>
  `${service ?? job} / ${instance} / ${error}`;
