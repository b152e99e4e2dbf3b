/** How much of what an investigation sends is read from the vendor's cache, counted by the vendor's own rules. */
import { describe, expect, it } from 'vitest';
import { taint } from '../../src/core/tainted.ts';
import type { Counted, Script, Scripted } from '../support/messages-server.ts';
import { challenge, evidenceOf, findingsWith, run, startedAtMs, supportedClaim } from './investigation-fixture.ts';
import { createPromptCache } from './prompt-cache.ts';

const line = 'TimeoutError: pool exhausted after 30 s, 212 callers wait for a connection to payments-db\n';
/** Six results of the first look, about 1,500 tokens each: what an investigation begins with. */
const evidence = Array.from({ length: 6 }, (_, index) => evidenceOf(index + 1, {}));
const views = new Map(evidence.map(({ id }, index) => [id, taint(`result ${index}\n${line.repeat(55)}`)] as const));
const logView = line.repeat(40);

/** Ten turns of reads, then findings and the challenge: twelve calls. */
function turnOf(turn: number, readsEach: number): Scripted {
  if (turn === 10) return findingsWith(supportedClaim);
  if (turn > 10) return challenge('survived');
  return {
    uses: Array.from({ length: readsEach }, (_, index) => ({
      name: 'read_logs',
      input: { service: `service-${turn}-${index}` },
    })),
  };
}

const shareOf = ({ input_tokens, cache_creation_input_tokens, cache_read_input_tokens }: Counted): number =>
  cache_read_input_tokens / (input_tokens + cache_creation_input_tokens + cache_read_input_tokens);

async function investigated(readsEach: number, gapMs = 20_000) {
  const cache = createPromptCache(512);
  const counts: Counted[] = [];
  const script: Script = (turn, request) => {
    const usage = cache.count(request, startedAtMs + turn * gapMs);
    counts.push(usage);
    const scripted = turnOf(turn, readsEach);
    return 'uses' in scripted && !('cut' in scripted) ? { ...scripted, usage } : scripted;
  };
  const budget = { toolCallsMax: 400, modelTurnsMax: 20, dollarsMax: 50 };
  const ran = await run(script, { evidence, views, logView: readsEach > 3 ? line : logView, budget });
  return { ...ran, counts, shares: counts.map(shareOf) };
}

describe('an investigation of twelve calls', () => {
  it('reads at least 80 % of its input from the cache, from the second call on', async () => {
    const { shares, investigation, rows } = await investigated(1);
    expect(investigation.kind).toBe('submitted');
    expect(shares).toHaveLength(12);
    expect(shares[0]).toBe(0);
    for (const share of shares.slice(1)) expect(share).toBeGreaterThanOrEqual(0.8);
    const recorded = rows.flatMap(({ kind, body }) => (kind === 'model.response' ? [body['usage']] : []));
    expect(recorded.every((usage) => JSON.stringify(usage).includes('cache_read_input_tokens'))).toBe(true);
  });

  it('does so too when each turn reads more at once than the cache looks back', async () => {
    const { shares } = await investigated(14);
    expect(shares).toHaveLength(12);
    for (const share of shares.slice(1)) expect(share).toBeGreaterThanOrEqual(0.8);
  });

  it('changes nothing before its newest turn: tools, rules and what was said stay as they were', async () => {
    const { server } = await investigated(2);
    const bare = server.requests.map(({ tools, system, messages }) =>
      JSON.stringify([tools, system, messages]).replaceAll(',"cache_control":{"type":"ephemeral"}', ''),
    );
    for (const [index, request] of bare.slice(1).entries()) {
      const before = bare[index] ?? '';
      // Without the three brackets that end it: messages, and the whole.
      expect(request.startsWith(before.slice(0, -2))).toBe(true);
    }
  });

  it('reads nothing from the cache when it pauses for longer than five minutes', async () => {
    const { shares } = await investigated(1, 301_000);
    expect(shares.every((share) => share === 0)).toBe(true);
  });
});
