import { taint } from '../core/tainted.ts';
import type { Finding } from '../tool.ts';

type Empty = Extract<Finding, { kind: 'empty' }>;
type Found = Extract<Finding, { kind: 'found' }>;

/**
 * A read that found nothing, as evidence: it proves that this query over this window found nothing, and no more. The query
 * may have missed what it looked for, so that it is trusted no further than text.
 */
export const emptyAsFound = ({ searched, query, window, link }: Empty): Found => ({
  kind: 'found',
  result: { found: 0, searched },
  provenance: 'C',
  query,
  window,
  link,
  headline: ['Nothing was found. Searched: ', taint(searched)],
  chart: null,
  view: taint(`Nothing was found. Searched: ${searched}`),
  signals: {},
  truncated: false,
});
