/** Goal: what is suggested for a cause heals that cause, and where nothing is proven to, nothing is suggested. */
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { labTelemetry } from '../../bench/lab-telemetry.ts';
import { action as dispatch } from '../../src/actions/github-workflow-dispatch.ts';
import type { Service } from '../../src/core/catalogue.ts';
import { compileHypotheses } from '../../src/core/compile-hypotheses.ts';
import type { EvidenceId } from '../../src/core/evidence.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Runbook } from '../../src/core/runbook.ts';
import { runbookFactsOf } from '../../src/core/runbook-facts.ts';
import { compileRunbook, suggestRunbooks } from '../../src/core/runbook-plan.ts';
import { runbookReach } from '../../src/core/runbook-reach.ts';
import { taint } from '../../src/core/tainted.ts';
import { type BuiltWorld, buildWorld } from '../../src/lab/build-world.ts';
import { faultNames } from '../../src/lab/fault-list.ts';
import { shopServices } from '../../src/lab/shop.ts';
import { rank } from '../../src/rootcause/rank.ts';
import type { ChangeEvent, Telemetry } from '../../src/rootcause/telemetry.ts';
import { loadRunbooks } from '../../src/runbooks/load-runbooks.ts';
import { sampleHypothesis } from '../support/sample-hypothesis.ts';

const minuteMs = 60_000;
const seeds = [1, 2, 3];
const catalogue = {
  services: shopServices.map(
    (each): Service => ({
      ...each,
      logGroups: [],
      datadogService: each.external ? null : each.id,
      kubernetes: null,
      pagerdutyService: null,
    }),
  ),
};
let runbooks: readonly Runbook[];
beforeAll(async () => {
  const folder = fileURLToPath(new URL('../../runbooks', import.meta.url));
  ({ runbooks } = await loadRunbooks(folder, ['github-workflow-dispatch']));
});

/** The events tool says the flag's name where a code host says paths. */
const flagPaths = ({ kind, title, paths }: ChangeEvent): readonly string[] =>
  kind === 'flag' ? [`flag:${title.split(' ')[1]}`] : paths;

/** One evidence item per signal, as the flow would have stored them. */
function withEvidence(telemetry: Telemetry): Telemetry {
  let count = 0;
  const cite = <Signal extends object>(signal: Signal): Signal & { evidence: EvidenceId } => {
    count += 1;
    return { ...signal, evidence: `E${count}` };
  };
  return {
    ...telemetry,
    series: telemetry.series.map(cite),
    logs: telemetry.logs.map(cite),
    changes: telemetry.changes.map((change) => cite({ ...change, paths: flagPaths(change) })),
  };
}

function investigated(built: BuiltWorld): { lead: Hypothesis | undefined; telemetry: Telemetry } {
  const telemetry = withEvidence(labTelemetry(built, built.startAtMs + 10_000));
  const signals = [...telemetry.series, ...telemetry.logs, ...telemetry.changes];
  const items = signals.flatMap(({ evidence: id }) =>
    id ? [{ id, source: 'datadog', provenance: 'B' as const }] : [],
  );
  const [lead] = compileHypotheses(rank(telemetry), { evidence: items, changes: telemetry.changes });
  return { lead, telemetry };
}

function suggestedFor(built: BuiltWorld) {
  const { lead, telemetry } = investigated(built);
  if (!lead || lead.word === 'Inconclusive') return undefined;
  return suggestRunbooks(runbooks, { kind: lead.kind, facts: runbookFactsOf({ lead, catalogue, telemetry }) })[0];
}

const expected: { readonly [fault: string]: string } = {
  'bad-deploy': 'roll-back-deployment',
  'slow-query': 'roll-back-deployment',
  'pool-exhaustion': 'roll-back-deployment',
  'memory-leak': 'roll-back-deployment',
  'config-change': 'roll-back-deployment',
  'feature-flag': 'disable-feature-flag',
  'dependency-outage': 'use-fallback-provider',
  'certificate-expiry': 'rotate-certificate',
  'traffic-surge': 'scale-out',
  'disk-full': 'clean-up-disk',
  'dns-failure': 'restart-resolver',
  'quota-exhausted': 'raise-provider-quota',
};

describe('for the cause the engine finds', () => {
  it.each(faultNames.filter((fault) => fault !== 'noisy-monitor'))(
    'of %s, the right runbook is suggested, filled in, and heals; or none where none can',
    (fault) => {
      for (const seed of seeds) {
        const built = buildWorld({ fault, seed });
        const suggestion = suggestedFor(built);
        const name = built.truth.remedy === 'none' ? undefined : expected[fault];
        expect([seed, suggestion?.runbook.name]).toEqual([seed, name]);
        if (!suggestion) continue;
        const [step] = compileRunbook(suggestion.runbook, suggestion.values).steps;
        const { workflow, inputs } = dispatch.parameters.parse(step?.parameters);
        const filled = Object.entries(inputs).map(([key, value]) => [key, String(value)]);
        const atMs = built.startAtMs;
        built.world.intervene({ kind: 'workflow', workflow, inputs: Object.fromEntries(filled), atMs });
        const after = built.world.monitorState(built.world.alert.monitor, built.startAtMs + 12 * minuteMs);
        expect([seed, after]).toEqual([seed, 'ok']);
      }
    },
    20_000,
  );

  it('of a nervous monitor, nothing is suggested', () => {
    for (const seed of seeds) expect(suggestedFor(buildWorld({ fault: 'noisy-monitor', seed }))).toBeUndefined();
  });
});

const lead = (changes: Partial<Hypothesis>): Hypothesis => ({ ...sampleHypothesis, entity: 'search', ...changes });
const gauge = (service: string, metric: string, value: number) => ({
  service,
  metric,
  points: [[1, value] as const],
});
const nothing = { changes: [], series: [], logs: [] };

describe('facts', () => {
  it('say what is full only from its own gauge or a cited line', () => {
    const at = (service: string, value: number) => ({ ...nothing, series: [gauge(service, 'memory_ratio', value)] });
    const full = (telemetry: Parameters<typeof runbookFactsOf>[0]['telemetry']) =>
      runbookFactsOf({ lead: lead({}), catalogue, telemetry })['full-memory'];
    expect([full(at('search', 0.96)), full(at('search', 0.7)), full(at('cart', 0.99))]).toEqual([
      'search',
      undefined,
      undefined,
    ]);
  });

  it('do not say of a disk what a stranger to the cause wrote', () => {
    const line = {
      service: 'search',
      template: 'ENOSPC: no space left on device',
      level: 'error' as const,
      count: 3,
      baselineCount: 0,
      firstSeenMs: 1,
      sample: '',
      evidence: 'E4' as const,
    };
    const told = (supports: Hypothesis['supports']) =>
      runbookFactsOf({ lead: lead({ supports }), catalogue, telemetry: { ...nothing, logs: [line] } })['full-disk'];
    expect(told([{ evidence: 'E4', why: taint('') }])).toBe('search');
    expect(told([{ evidence: 'E9', why: taint('') }])).toBeUndefined();
  });

  it('never offer to restart or renew what is not ours', () => {
    const of = (entity: string) => runbookFactsOf({ lead: lead({ entity }), catalogue, telemetry: nothing });
    expect(of('cardgate')).toEqual({ provider: 'cardgate' });
    expect(of('orders-db')).toEqual({ service: 'orders-db' });
    expect(of('search')).toEqual({ service: 'search', workload: 'search' });
    expect(of('not-in-the-catalogue')).toEqual({});
  });
});

describe('the reach', () => {
  it('of a runbook for callees names what it calls and their stores, never a provider', () => {
    expect(runbookReach(catalogue, { reach: 'service' }, 'web')).toEqual(['web']);
    expect(runbookReach(catalogue, { reach: 'callees' }, 'payments')).toEqual(['payments']);
    expect(runbookReach(catalogue, { reach: 'callees' }, 'web')).toEqual([
      'web',
      'catalog',
      'search',
      'cart',
      'checkout',
      'accounts',
      'catalog-db',
      'cart-cache',
    ]);
  });
});
