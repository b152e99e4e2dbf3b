import type { Card } from '../../core/card.ts';
import type { Evidence } from '../../core/evidence.ts';
import type { Hypothesis } from '../../core/hypothesis.ts';
import { redactionText } from '../../core/redaction-receipt.ts';

/** One evidence item for the thread: what it says, what it supports, how it was measured. */
export function evidenceCard(evidence: Evidence, hypotheses: readonly Hypothesis[], url: string): Card {
  const supports = hypotheses.filter((each) => each.supports.some((citation) => citation.evidence === evidence.id));
  const refutes = hypotheses.filter((each) => each.refutes.some((citation) => citation.evidence === evidence.id));
  const why = supports[0]?.supports.find((citation) => citation.evidence === evidence.id)?.why;
  return {
    kind: 'evidence',
    fallback: `${evidence.id}: evidence from ${evidence.source}`,
    title: [{ evidence: evidence.id }, ' · ', ...evidence.headline],
    ...(why ? { lead: [why] } : {}),
    ...(evidence.chart ? { chart: thinned(evidence) } : {}),
    details: {
      summary: 'How I measured this',
      open: false,
      lines: [
        [`${evidence.tool}, `, { atMs: evidence.window.fromMs }, ' to ', { atMs: evidence.window.toMs }],
        [
          `result sha256 ${evidence.sha256.slice(0, 16)}, ${evidence.bytes} bytes, redacted: ${redactionText(evidence)}`,
        ],
        [{ label: `open in ${evidence.source}`, href: evidence.link }],
      ],
      code: [{ label: 'query', language: 'text', text: evidence.query }],
    },
    foot: [
      supports.length > 0 ? `Supports ${supports.map(({ id }) => id).join(', ')}` : 'Supports none',
      ...(refutes.length > 0 ? [` · speaks against ${refutes.map(({ id }) => id).join(', ')}`] : []),
      ' · ',
      { label: 'full result', href: `${url}/e/${evidence.id}` },
    ],
  };
}

/** At most 20 points per series for chat clients; the page shows all of them. */
function thinned({ chart }: Evidence): NonNullable<Evidence['chart']> {
  if (!chart) throw new Error('evidence has no chart');
  return {
    ...chart,
    series: chart.series.slice(0, 6).map(({ name, points }) => {
      const every = Math.max(1, Math.ceil(points.length / 20));
      return { name, points: points.filter((_, index) => (points.length - 1 - index) % every === 0) };
    }),
  };
}
