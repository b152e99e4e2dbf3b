/** Debian's Prometheus and Alertmanager on loopback, over an exporter of the test and an hour of invented history. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const programs = {
  prometheus: '/usr/bin/prometheus',
  alertmanager: '/usr/bin/prometheus-alertmanager',
  promtool: '/usr/bin/promtool',
};

export const missingPrograms = Object.values(programs).filter((path) => !existsSync(path));

export type RealPrometheus = {
  readonly url: string;
  /** Bodies of the webhooks that Alertmanager sent. */
  readonly webhooks: readonly unknown[];
  /** What the exporter says from now on. */
  setQueueDepth(depth: number): void;
  close(): Promise<void>;
};

const minuteMs = 60_000;
const jumpMinutesAgo = 30;
const wideSeries = 3_000;

export async function startPrometheus({ adminApi }: { readonly adminApi: boolean }): Promise<RealPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const state = { queueDepth: 90, webhooks: [] as unknown[] };
  const exporter = await serve((_body, respond) => respond(exposition(state.queueDepth)));
  const receiver = await serve((body, respond) => {
    state.webhooks.push(JSON.parse(body));
    respond('');
  });
  const [port, alertPort, deadPort] = [await freePort(), await freePort(), await freePort()];
  writeConfiguration(directory, { exporter, receiver, alertPort, deadPort });
  backfill(directory);
  const alertmanager = spawn(
    programs.alertmanager,
    [
      `--config.file=${join(directory, 'alertmanager.yml')}`,
      `--storage.path=${join(directory, 'alerts')}`,
      `--web.listen-address=127.0.0.1:${alertPort}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const prometheus = spawn(
    programs.prometheus,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--query.max-samples=2500',
      '--storage.tsdb.retention.time=1d',
      ...(adminApi ? ['--web.enable-admin-api'] : []),
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const close = async (): Promise<void> => {
    await Promise.all([stop(prometheus), stop(alertmanager)]);
    for (const { server } of [exporter, receiver]) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await until(async () => (await fetch(`${url}/-/ready`).catch(() => null))?.status === 200);
  } catch (error) {
    await close();
    throw error;
  }
  const setQueueDepth = (depth: number): void => {
    state.queueDepth = depth;
  };
  return { url, webhooks: state.webhooks, setQueueDepth, close };
}

/** Asks again every quarter of a second, at most 20 s. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 80; turn += 1) {
    if (await holds()) return;
    await delay(250);
  }
  throw new Error('it did not happen within 20 s');
}

type Served = { readonly server: Server; readonly port: number };

async function serve(answer: (body: string, respond: (text: string) => void) => void): Promise<Served> {
  const server = createServer((request, response) => {
    const parts: string[] = [];
    request.on('data', (part: Buffer) => parts.push(String(part)));
    request.on('end', () => {
      answer(parts.join(''), (text) => {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
        response.end(text);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: z.object({ port: z.int() }).parse(server.address()).port };
}

async function freePort(): Promise<number> {
  const server = createSocketServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.int() }).parse(server.address());
  server.close();
  await once(server, 'close');
  return port;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const exposition = (queueDepth: number): string =>
  [
    '# HELP shop_queue_depth Orders that wait.',
    '# TYPE shop_queue_depth gauge',
    `shop_queue_depth{service="checkout"} ${queueDepth}`,
    '# TYPE shop_wide gauge',
    ...Array.from({ length: wideSeries }, (_, index) => `shop_wide{n="${index}"} ${index}`),
    '',
  ].join('\n');

type Ports = {
  readonly exporter: Served;
  readonly receiver: Served;
  readonly alertPort: number;
  /** Nobody listens there. */
  readonly deadPort: number;
};

function writeConfiguration(directory: string, { exporter, receiver, alertPort, deadPort }: Ports): void {
  const local = (port: number): string => `127.0.0.1:${port}`;
  const prometheus = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [local(alertPort)] }] }] },
    rule_files: [join(directory, 'rules.yml')],
    scrape_configs: [
      { job_name: 'shop', static_configs: [{ targets: [local(exporter.port)] }] },
      {
        job_name: 'cart',
        params: { token: ['hunter2'] },
        static_configs: [{ targets: [local(deadPort)], labels: { service: 'cart' } }],
      },
    ],
  };
  const rules = {
    groups: [
      {
        name: 'shop',
        rules: [
          {
            alert: 'QueueDeep',
            expr: 'shop_queue_depth{service="checkout"} > 50',
            for: '1s',
            labels: { severity: 'page' },
            annotations: { summary: 'queue of checkout is {{ $value }}' },
          },
          // The history ends two minutes ago: Prometheus takes the last sample of five minutes.
          { alert: 'PoolFull', expr: 'pool_ratio > 0.9' },
          { alert: 'Quiet', expr: 'shop_queue_depth < 0', labels: { service: 'cart' } },
          { alert: 'Broken', expr: 'shop_queue_depth * on (service) group_left shop_wide > 0' },
          { record: 'shop:depth:max', expr: 'max(shop_queue_depth)' },
        ],
      },
    ],
  };
  const alertmanager = {
    route: {
      receiver: 'causeway',
      group_wait: '1s',
      group_interval: '1s',
      repeat_interval: '1h',
      group_by: ['alertname'],
    },
    receivers: [
      {
        name: 'causeway',
        webhook_configs: [{ url: `http://${local(receiver.port)}/hook`, send_resolved: true }],
      },
    ],
  };
  // JSON is YAML.
  const files = { 'prometheus.yml': prometheus, 'rules.yml': rules, 'alertmanager.yml': alertmanager };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), JSON.stringify(content));
}

/** 70 minutes until two minutes ago, every 15 s: half an hour ago errors and latency jump. */
function backfill(directory: string): void {
  const nowMs = Date.now();
  const times = Array.from({ length: 273 }, (_, index) => nowMs - 70 * minuteMs + index * 15_000);
  const jumped = (atMs: number): boolean => atMs >= nowMs - jumpMinutesAgo * minuteMs;
  const counter = (name: string, labels: string, perStep: (atMs: number) => number): string[] => {
    let total = 0;
    return times.map((atMs) => {
      total += perStep(atMs);
      return `${name}{${labels}} ${total} ${atMs / 1_000}`;
    });
  };
  const text = [
    '# HELP http_requests Requests served.',
    '# TYPE http_requests counter',
    ...counter('http_requests_total', 'service="checkout",code="200"', () => 150),
    ...counter('http_requests_total', 'service="checkout",code="500"', (atMs) => (jumped(atMs) ? 30 : 0)),
    '# TYPE http_seconds histogram',
    ...counter('http_seconds_bucket', 'service="checkout",le="0.1"', (atMs) => (jumped(atMs) ? 10 : 150)),
    ...counter('http_seconds_bucket', 'service="checkout",le="2.0"', () => 150),
    ...counter('http_seconds_bucket', 'service="checkout",le="+Inf"', () => 150),
    ...counter('http_seconds_count', 'service="checkout"', () => 150),
    ...counter('http_seconds_sum', 'service="checkout"', () => 9),
    '# TYPE pool_ratio gauge',
    ...times.map((atMs) => `pool_ratio{service="checkout"} ${jumped(atMs) ? 0.97 : 0.2} ${atMs / 1_000}`),
    '# EOF',
    '',
  ].join('\n');
  const file = join(directory, 'history.txt');
  writeFileSync(file, text);
  const made = spawnSync(programs.promtool, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    file,
    join(directory, 'data'),
  ]);
  if (made.status !== 0) throw new Error(`promtool could not write history: ${String(made.stderr)}`);
}
