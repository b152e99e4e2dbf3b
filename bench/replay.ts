/**
 * `replay [--seed N] [--faults a,b]`: plays every fault of the lab in a home of its own, then goes through the recorded
 * investigation again: verdict and posts must be the same, byte for byte.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { faultNames } from '../src/lab/fault-list.ts';

const cli = fileURLToPath(new URL('../src/cli.ts', import.meta.url));
const played = z.object({ verdict: z.string(), right: z.boolean(), firstCardMs: z.number() });
const replayed = z.object({ steps: z.number(), same: z.boolean(), differences: z.array(z.string()) });

export async function benchReplay(words: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...words],
    options: { seed: { type: 'string', default: '1' }, faults: { type: 'string' } },
  });
  const all = faultNames;
  const asked = values.faults?.split(',') ?? all;
  const unknown = asked.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new Error(`--faults ${unknown}: use some of ${all.join(', ')}.`);
  let same = 0;
  for (const fault of asked) {
    const home = await mkdtemp(join(tmpdir(), 'causeway-replay-'));
    try {
      const story = played.parse(
        await run(home, ['demo', '--headless', '--fault', fault, '--seed', values.seed, '--json']),
      );
      const startedAtMs = performance.now();
      const result = replayed.parse(await run(home, ['replay', 'INC-1', '--json']));
      same += result.same ? 1 : 0;
      const took = Math.round(performance.now() - startedAtMs);
      process.stdout.write(
        `${fault}: ${story.verdict}, ${story.right ? 'right' : 'wrong'}, first card ${story.firstCardMs} ms; ` +
          `${result.steps} steps, ${result.same ? 'the same' : result.differences.join('; ')} (${took} ms)\n`,
      );
    } finally {
      await rm(home, { recursive: true, force: true, maxRetries: 3 });
    }
  }
  process.stdout.write(`${same} of ${asked.length} replays are byte-identical in verdict and posts.\n`);
  if (same < asked.length) process.exitCode = 1;
}

/** The one JSON document that a command prints. */
async function run(home: string, words: readonly string[]): Promise<unknown> {
  const child = spawn(process.execPath, [cli, ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...env, CAUSEWAY_HOME: home, LOG_LEVEL: 'silent' },
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child, 'close');
  return JSON.parse(text);
}
