import { z } from 'zod';
import { type Check, defineIntegration, type IntegrationContext } from '../../src/integration.ts';
import { scopesCheck, writeCheck } from '../reading/examine.ts';
import { readChecks, tryWrite } from '../reading/examine-http.ts';
import { httpRefusal } from '../reading/http-error.ts';
import { minuteMs } from '../reading/window.ts';
import { type LokiClient, lokiClient, lokiEnvironment, nanoWindow } from './client.ts';

const grants = 'loki/allowed-requests.json';

const labelAnswer = z.object({ status: z.literal('success'), data: z.array(z.string()).default([]) });

export const integration = defineIntegration({
  vendor: 'Loki',
  source: 'loki',
  environment: lokiEnvironment,
  grants,
  connect(environment) {
    const client = lokiClient(environment);
    return {
      examine: (context) => examine(client, context),
      discover: async ({ signal, nowMs }) => {
        const path = `label/${client.serviceLabel}/values`;
        const { data } = await client.ask({ path, parameters: lastHours(nowMs), signal }, labelAnswer);
        return data.toSorted().map((name) => ({ name, seen: `Loki label ${client.serviceLabel}="${name}"` }));
      },
    };
  },
});

const lastHours = (nowMs: number) => nanoWindow({ fromMs: nowMs - 6 * 60 * minuteMs, toMs: nowMs });

async function examine(client: LokiClient, context: IntegrationContext): Promise<readonly Check[]> {
  const { signal, nowMs } = context;
  const shared = { context, refusal: httpRefusal };
  const first = await readChecks({
    ...shared,
    vendor: 'Loki',
    address: 'LOKI_URL',
    what: 'the names of stream labels',
    needs: 'logs:read',
    schema: labelAnswer,
    read: () => client.send({ path: 'labels', parameters: lastHours(nowMs), signal }),
  });
  if (first.length === 1) return first;
  // No stream, no line: nothing is stored even where pushing is allowed.
  const body = JSON.stringify({ streams: [] });
  const refused = await tryWrite(shared, () => client.send({ path: 'push', parameters: {}, body, signal }));
  // A gateway that passes only reads has no such path.
  const hidden = refused?.kind === 'not-found' ? { kind: 'forbidden' as const, code: refused.code } : refused;
  return [
    ...first,
    scopesCheck({ granted: null, needed: ['logs:read'], excess: [], grants }),
    writeCheck('a push of no streams', hidden, grants),
  ];
}
