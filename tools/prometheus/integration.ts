import { z } from 'zod';
import { type Check, defineIntegration, type IntegrationContext } from '../../src/integration.ts';
import { scopesCheck, writeCheck } from '../reading/examine.ts';
import { readChecks, tryWrite } from '../reading/examine-http.ts';
import type { Refusal } from '../reading/failure.ts';
import { isoTime, minuteMs } from '../reading/window.ts';
import { type PrometheusClient, prometheusClient, prometheusEnvironment } from './client.ts';
import { prometheusRefusal } from './refusal.ts';

const grants = 'prometheus/allowed-requests.json';

export const integration = defineIntegration({
  vendor: 'Prometheus',
  source: 'prometheus',
  environment: prometheusEnvironment,
  grants,
  connect(environment) {
    const client = prometheusClient(environment);
    return {
      examine: (context) => examine(client, context),
      discover: async ({ signal, nowMs }) => {
        const values = await client.ask(
          { path: `label/${client.serviceLabel}/values`, parameters: lastHour(nowMs), signal },
          z.array(z.string()),
        );
        return values.toSorted().map((name) => ({ name, seen: `Prometheus label ${client.serviceLabel}="${name}"` }));
      },
    };
  },
});

const lastHour = (nowMs: number) => ({ start: isoTime(nowMs - 60 * minuteMs), end: isoTime(nowMs) });

async function examine(client: PrometheusClient, context: IntegrationContext): Promise<readonly Check[]> {
  const { signal } = context;
  const shared = { context, refusal: prometheusRefusal };
  const first = await readChecks({
    ...shared,
    vendor: 'Prometheus',
    address: 'PROMETHEUS_URL',
    what: 'which targets are up',
    needs: 'GET /api/v1/query',
    schema: z.object({ status: z.literal('success') }),
    read: () => client.send({ path: 'query', parameters: { query: 'up' }, signal }),
  });
  if (first.length === 1) return first;
  // Without any match nothing can be deleted, whatever answers. `/-/quit` and `/-/reload` are never asked.
  const body = '';
  const refused = await tryWrite(shared, () =>
    client.send({ path: 'admin/tsdb/delete_series', parameters: {}, body, signal }),
  );
  return [
    ...first,
    await scopes(client, context),
    writeCheck('POST /api/v1/admin/tsdb/delete_series without a match', absentIsRefused(refused), grants),
    await alertmanagers(client, context),
  ];
}

/** What speaks the query API without being Prometheus does not have this path at all: nothing to write with. */
const absentIsRefused = (refusal: Refusal | null): Refusal | null =>
  refusal?.kind === 'not-found' ? { kind: 'forbidden', code: refusal.code } : refusal;

const neededReads = [
  'GET /api/v1/query',
  'GET /api/v1/query_range',
  'GET /api/v1/rules',
  'GET /api/v1/targets',
  'GET /api/v1/series',
  'GET /api/v1/label/__name__/values',
  'GET /api/v1/metadata',
];

const flags = z.record(z.string(), z.string());
const forbiddenFlags = ['web.enable-admin-api', 'web.enable-lifecycle', 'web.enable-remote-write-receiver'];

/** Prometheus has no permissions: whoever reaches it may do all that its flags switch on. */
async function scopes(client: PrometheusClient, { signal }: IntegrationContext): Promise<Check> {
  try {
    const read = await client.ask({ path: 'status/flags', parameters: {}, signal }, flags);
    const excess = forbiddenFlags.filter((flag) => read[flag] === 'true').map((flag) => `--${flag}`);
    return scopesCheck({ granted: neededReads, needed: neededReads, excess, grants });
  } catch (error) {
    if (prometheusRefusal(error, signal) === null) throw error;
    return scopesCheck({ granted: null, needed: neededReads, excess: [], grants });
  }
}

const alertmanagersAnswer = z.object({
  activeAlertmanagers: z.array(z.object({ url: z.string() })),
  droppedAlertmanagers: z.array(z.object({ url: z.string() })).default([]),
});

/** Whether alerts can leave Prometheus: without an Alertmanager nobody is told. */
async function alertmanagers(client: PrometheusClient, { signal }: IntegrationContext): Promise<Check> {
  const name = 'alertmanager';
  try {
    const { activeAlertmanagers } = await client.ask(
      { path: 'alertmanagers', parameters: {}, signal },
      alertmanagersAnswer,
    );
    const count = activeAlertmanagers.length;
    if (count > 0) return { name, state: 'ok', says: `Prometheus sends alerts to ${count} Alertmanagers`, fix: null };
    return {
      name,
      state: 'problem',
      says: 'Prometheus sends alerts to no Alertmanager',
      fix: 'Configure alerting.alertmanagers in Prometheus, or alerts reach nobody.',
    };
  } catch (error) {
    if (prometheusRefusal(error, signal) === null) throw error;
    return { name, state: 'unknown', says: 'it does not tell its Alertmanagers', fix: null };
  }
}
