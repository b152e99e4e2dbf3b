/** Every CloudWatch tool and the AWS integration, as they are, over the lab. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCloudWatch } from '../../src/lab/cloudwatch.ts';
import type { RunningVendor } from '../../src/lab/vendor-http.ts';
import { connectTools, loadTools } from '../../src/load-tools.ts';
import type { Finding } from '../../src/tool.ts';
import { integration } from '../../tools/aws/integration.ts';
import { catalogue } from '../tools/shop.ts';
import { minuteMs, nowMs, onsetMs, tinyWorld } from './tiny-world.ts';

let vendor: RunningVendor;
let call: (name: string, input: object) => Promise<Finding>;

beforeAll(async () => {
  vendor = await startCloudWatch({ world: tinyWorld, nowMs: () => nowMs, port: 0 });
  const { connected } = connectTools(await loadTools(new URL('../../tools/', import.meta.url)), vendor.environment);
  call = async (name, input) => {
    const found = connected.find(({ tool }) => tool.name === name);
    if (found === undefined) throw new Error(`${name} is not connected`);
    return found.call(input, { signal: AbortSignal.timeout(8_000), timeoutMs: 8_000, nowMs, catalogue });
  };
});
afterAll(() => vendor.close());

const window = { from: new Date(onsetMs).toISOString(), to: new Date(nowMs).toISOString() };

test('log errors run through Insights: started, polled, complete', async () => {
  const finding = await call('cloudwatch_log_errors', { service: 'checkout', ...window });
  expect(finding).toMatchObject({ kind: 'found', truncated: false, result: { errors: 21, matched: 21 } });
});

test('log errors fall back where the account runs too many queries already', async () => {
  const busy = await startCloudWatch({ world: tinyWorld, nowMs: () => nowMs, port: 0, maxConcurrentQueries: 0 });
  const { connected } = connectTools(await loadTools(new URL('../../tools/', import.meta.url)), busy.environment);
  const errors = connected.find(({ tool }) => tool.name === 'cloudwatch_log_errors');
  const context = { signal: AbortSignal.timeout(8_000), timeoutMs: 8_000, nowMs, catalogue };
  const finding = await errors?.call({ service: 'checkout', ...window, contains: 'timed out' }, context);
  await busy.close();
  expect(finding).toMatchObject({ kind: 'found', result: { errors: 21 } });
}, 10_000);

test('log context finds the lines next to a moment and the lines with an id', async () => {
  const around = await call('cloudwatch_log_context', {
    services: ['checkout'],
    ...window,
    at: new Date(onsetMs + 5 * minuteMs).toISOString(),
  });
  const carrying = await call('cloudwatch_log_context', { services: ['checkout'], ...window, id: 'timed' + '.out' });
  expect(around).toMatchObject({ kind: 'found', result: { lineCount: 63 } });
  expect(carrying).toMatchObject({ kind: 'empty' });
});

test('log groups, metrics and alarms answer', async () => {
  const dimensions = [{ name: 'Service', value: 'checkout' }];
  const metric = { namespace: 'Shop', metric: 'CPUUtilization', statistic: 'Average' };
  const findings = await Promise.all([
    call('cloudwatch_log_groups', { contains: 'prod' }),
    call('cloudwatch_metrics', { service: 'checkout', ...metric, dimensions, ...window }),
    call('cloudwatch_metrics', { service: 'checkout', ...metric, dimensions: [], ...window }),
    call('cloudwatch_alarms', { services: ['cart'], ...window, prefix: 'cart' }),
    call('cloudwatch_alarms', { services: ['cart'], ...window }),
  ]);
  expect(findings.map(({ kind }) => kind)).toEqual(['found', 'found', 'found', 'found', 'empty']);
  expect(findings[3]).toMatchObject({
    signals: { monitors: [{ service: 'cart', metric: 'cpu_ratio', threshold: 0.9 }] },
  });
});

test('the integration finds a reader, and the services behind the log groups', async () => {
  const connected = integration.connect(integration.environment.parse(vendor.environment));
  const context = {
    signal: AbortSignal.timeout(8_000),
    nowMs: Date.now(),
    environment: 'prod',
    repositories: [],
    namespaces: [],
    logGroups: ['/shop/prod/checkout'],
  };
  const checks = await connected.examine(context);
  expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'reachable ok',
    'clock ok',
    'scopes unknown',
    'read ok',
    'write refused ok',
  ]);
  expect((await connected.discover?.(context))?.map(({ name }) => name)).toEqual(['checkout']);
});
