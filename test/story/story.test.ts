import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { startStory } from '../support/story-process.ts';

const result = z.object({
  fault: z.string(),
  seed: z.number(),
  verdict: z.string(),
  right: z.boolean(),
  wrongConfirmed: z.boolean(),
  firstCardMs: z.number(),
  pullRequestUrl: z.string().nullable(),
  recovered: z.boolean().nullable(),
  auditVerified: z.boolean(),
  posts: z.object({ topLevel: z.number(), thread: z.number() }),
});

/** Plays one story in a fresh home; stdout must be exactly one JSON document. */
async function play(fault: string): Promise<z.infer<typeof result>> {
  const home = mkdtempSync(join(tmpdir(), 'causeway-story-'));
  try {
    const { code, stdout, stderr } = await startStory({ fault, seed: 1, home }).ended;
    expect(code, stderr).toBe(0);
    return result.parse(JSON.parse(stdout));
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** `npm run bench -- table` holds it to 10 s; here other test files run beside it, on machines of any speed. */
const firstCardMaxMs = 25_000;

/** Greeting, status and resolution, and one request per approval that is needed. */
const topLevelMax = (approvals: number): number => 2 + approvals + 1;

test('an exhausted pool is explained, rolled back by one pull request after one approval, and recovers', async () => {
  const { posts, pullRequestUrl, firstCardMs, ...told } = await play('pool-exhaustion');
  expect(told).toMatchObject({ right: true, wrongConfirmed: false, recovered: true, auditVerified: true });
  expect(firstCardMs).toBeLessThan(firstCardMaxMs);
  expect(pullRequestUrl).toMatch(/\/pull\/\d+$/u);
  expect(posts.topLevel).toBeLessThanOrEqual(topLevelMax(1));
}, 120_000);

test('a nervous monitor gets the answer that nothing is wrong, and nothing is proposed', async () => {
  const { posts, firstCardMs, ...told } = await play('noisy-monitor');
  expect(told).toMatchObject({
    verdict: 'NothingWrong',
    right: true,
    wrongConfirmed: false,
    pullRequestUrl: null,
    recovered: null,
    auditVerified: true,
  });
  expect(firstCardMs).toBeLessThan(firstCardMaxMs);
  expect(posts.topLevel).toBeLessThanOrEqual(topLevelMax(0));
}, 120_000);
