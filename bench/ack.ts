/** How long Slack waits for our 200 while incidents are being investigated: the whole service, real HTTP, a stand-in Slack. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { botUser, eventOf, signed, signingSecret, startFakeSlack } from '../test/support/fake-slack.ts';

const service = fileURLToPath(new URL('../src/start-guard.js', import.meta.url));
const catalogue = 'services: [{ id: checkout, title: Checkout, tier: 1 }]\n';
const gapMs = 10;

/** `ack [deliveries]`, 300 by default: mentions in thirty channels, each opening an incident, then questions in them. */
export async function benchAck([count = '300']: readonly string[]): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'causeway-ack-'));
  const slack = await startFakeSlack();
  const port = await freePort();
  await writeFile(join(home, 'causeway.yaml'), catalogue);
  const child = spawn(process.execPath, [service, 'start'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...env, ...settings({ home, port, slackUrl: slack.apiUrl }) },
  });
  try {
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/healthz`)).ok);
    tell(await deliverAll(`${url}/slack/events`, Number(count)));
  } finally {
    child.kill('SIGTERM');
    await once(child, 'exit');
    await slack.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

const settings = ({ home, port, slackUrl }: { home: string; port: number; slackUrl: string }) => ({
  CAUSEWAY_HOME: join(home, 'store'),
  CAUSEWAY_CONFIG: join(home, 'causeway.yaml'),
  PORT: String(port),
  LOG_LEVEL: 'error',
  SLACK_BOT_TOKEN: 'xoxb-stand-in',
  SLACK_SIGNING_SECRET: signingSecret,
  SLACK_API_URL: slackUrl,
});

async function deliverAll(url: string, count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const channel = `C${index % 30}`;
    const mention = eventOf(`Ev-${index}`, {
      type: 'app_mention',
      text: `<@${botUser}> why is checkout slow?`,
      channel,
    });
    const startedAtMs = performance.now();
    const answer = await fetch(url, signed({ body: JSON.stringify(mention) }));
    if (answer.status !== 200) throw new Error(`delivery ${index} got ${answer.status}`);
    times.push(performance.now() - startedAtMs);
    await pause(gapMs);
  }
  return times.toSorted((one, other) => one - other);
}

function tell(times: readonly number[]): void {
  const at = (share: number): string => (times[Math.ceil(share * times.length) - 1] ?? 0).toFixed(0);
  process.stdout.write(
    `${times.length} deliveries acknowledged: median ${at(0.5)} ms, p99 ${at(0.99)} ms, worst ${at(1)} ms (Slack waits 3,000 ms)\n`,
  );
}

async function until(ready: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await ready().catch(() => false)) return;
    await pause(100);
  }
  throw new Error('the service did not start within a minute');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
