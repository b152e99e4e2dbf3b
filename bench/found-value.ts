import { taint } from '../src/core/tainted.ts';
import type { Finding } from '../src/tool.ts';

/** What a bench's vendor found: the least that a tool can say. */
export const foundValue = (
  result: { readonly value: number; readonly rows?: readonly number[] },
  nowMs: number,
  link: string,
): Finding => ({
  kind: 'found',
  result,
  provenance: 'B',
  query: 'value',
  window: { fromMs: nowMs - 60_000, toMs: nowMs },
  link,
  headline: ['one value'],
  chart: null,
  view: taint(`value ${result.value}`),
  signals: {},
  truncated: false,
});
