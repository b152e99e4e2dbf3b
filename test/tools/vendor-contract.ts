/**
 * What every tool owes when its vendor misbehaves, over real HTTP and through the tool's real client. A tool's test says
 * how its vendor answers when all is well; the rest is the same for all.
 */
import { describe, expect, it } from 'vitest';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import type { Tool } from '../../src/tool.ts';
import { type Answer, type Asked, startVendor, unreachableUrl } from './counterpart.ts';
import { ask, failure } from './shop.ts';

export type VendorContract = {
  readonly tool: Tool;
  readonly environment: (url: string) => { readonly [name: string]: string };
  readonly input: object;
  /** Answers that make the tool find something. */
  readonly answer: (asked: Asked, count: number) => Answer;
  /** How this vendor refuses, where a bare status does not say it. */
  readonly refusals?: {
    readonly unauthorised?: Answer;
    readonly forbidden?: Answer;
    readonly throttled?: Answer;
  };
  /** Milliseconds this vendor's client may take to give up on one that throttles for long. */
  readonly patienceMs?: number;
};

const page = '<!doctype html><title>Sign in</title>';

export function keepsVendorContract(contract: VendorContract): void {
  const { tool, environment, input, answer, refusals = {}, patienceMs = 9_000 } = contract;
  const { unauthorised = { status: 401 }, forbidden = { status: 403 }, throttled = { status: 429 } } = refusals;
  const asking = async (says: (asked: Asked, count: number) => Answer, signal?: AbortSignal) => {
    const vendor = await startVendor(says);
    const finding = await ask(tool, { environment: environment(vendor.url), input, ...(signal && { signal }) });
    return { vendor, finding };
  };

  describe(`${tool.name}, when its vendor`, () => {
    it('answers: finds something, within 2,000 tokens, with query and link', async () => {
      const { finding } = await asking(answer);

      expect(finding.kind).toBe('found');
      if (finding.kind !== 'found') return;
      expect(estimateTokens(finding.view.untrusted)).toBeLessThanOrEqual(2_000);
      expect(finding.query).not.toBe('');
      expect(() => new URL(finding.link)).not.toThrow();
    });

    it('does not accept the credentials: says so, and which grant they need', async () => {
      const failed = failure((await asking(() => unauthorised)).finding);

      expect(failed).toMatchObject({ retryable: false });
      expect(failed.reason).toContain('the credentials were not accepted');
      expect(failed.fix).toMatch(/they need .{6,}/u);
    });

    it('misses a permission: names the exact grant and what stays unknown', async () => {
      const failed = failure((await asking(() => forbidden)).finding);

      expect(failed).toMatchObject({ retryable: false });
      expect(failed.reason).toContain('a permission is missing');
      expect(failed.fix).toMatch(/^Grant .{6,} to the/u);
      expect(failed.blocks.length).toBeGreaterThan(10);
    });

    it(
      'throttles once: waits and finds it all the same',
      async () => {
        const { finding } = await asking((asked, count) => (count === 1 ? throttled : answer(asked, count - 1)));
        expect(finding.kind).toBe('found');
      },
      patienceMs + 1_000,
    );

    it(
      'throttles for good: gives up in time and says when to come back',
      async () => {
        const startedAtMs = performance.now();
        const failed = failure((await asking(() => throttled)).finding);

        expect(failed).toMatchObject({ retryable: true });
        expect(failed.reason).toContain('rate limited');
        expect(performance.now() - startedAtMs).toBeLessThan(patienceMs);
      },
      patienceMs + 1_000,
    );

    it('answers with a web page: says that this is not the API', async () => {
      const failed = failure((await asking(() => ({ body: page, headers: { 'content-type': 'text/html' } }))).finding);
      expect(failed.reason).toMatch(/documented form|the vendor failed/u);
    });

    it('answers with JSON of another form: says where it departs, and guesses nothing', async () => {
      const { finding } = await asking(() => ({ body: { surprising: [1, 2, 3] } }));
      expect(finding.kind).not.toBe('found');
    });

    it('cuts its answer off: does not take half for the whole', async () => {
      const cut = (asked: Asked, count: number): Answer => {
        const whole = answer(asked, count);
        const text = typeof whole.body === 'string' ? whole.body : JSON.stringify(whole.body ?? {});
        return { ...whole, body: text.slice(0, Math.floor(text.length / 2)) };
      };
      expect((await asking(cut)).finding.kind).toBe('failed');
    });

    it('is stopped in the middle of a call: ends at once', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 100);
      const startedAtMs = performance.now();

      const failed = failure((await asking(() => ({ hang: true }), stop.signal)).finding);

      expect(failed.reason).toContain('stopped before an answer came');
      expect(performance.now() - startedAtMs).toBeLessThan(1_500);
    });

    it('cannot be reached: says that the network is the trouble', async () => {
      const url = await unreachableUrl();
      const failed = failure(await ask(tool, { environment: environment(url), input }));

      expect(failed).toMatchObject({ retryable: true });
      expect(failed.reason).toMatch(/no connection|no answer/u);
    });
  });
}
