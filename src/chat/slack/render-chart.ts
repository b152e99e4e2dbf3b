import { amount } from '../../core/amount.ts';
import type { Chart } from '../../core/evidence.ts';

import { type Block, blockLimits, shorten } from './blocks.ts';
import { utcTime } from './render-line.ts';

type ChartBlock = Extract<Block, { type: 'data_visualization' }>;
type Series = Chart['series'][number];

/** A native line chart, or null when there is nothing to draw. Slack wants the same categories in every series. */
export function renderChart(chart: Chart, blockId: string): ChartBlock | null {
  const series = chart.series.filter(({ points }) => points.length > 0).slice(0, blockLimits.chartSeries);
  const moments = momentsOf(series);
  if (moments.length < 2) return null;
  const categories = labelsOf(moments);
  return {
    type: 'data_visualization',
    block_id: blockId,
    title: shorten(chart.title, blockLimits.chartTitle) || 'Chart',
    chart: {
      type: 'line',
      series: series.map((each, index) => ({
        name: shorten(each.name, blockLimits.chartLabel) || `series ${index + 1}`,
        data: moments.map((atMs, at) => ({ label: categories[at] ?? '', value: nearest(each, atMs) })),
      })),
      axis_config: {
        categories,
        x_label: 'Time (UTC)',
        y_label: shorten(chart.unit, blockLimits.chartLabel) || 'value',
      },
    },
  };
}

/** The chart's numbers in words, from the same points: no fact is only in the picture. */
export function chartWords({ series, unit, marks }: Chart): string {
  const lines = series.slice(0, blockLimits.chartSeries).flatMap(({ name, points }) => {
    const values = points.map(([, value]) => value).filter(Number.isFinite);
    const [first, last] = [values[0], values.at(-1)];
    if (first === undefined || last === undefined) return [];
    const highest = values.reduce((one, other) => Math.max(one, other), first);
    return [`${name}: ${amount(first)} first, ${amount(last)} last, ${amount(highest)} highest (${unit})`];
  });
  const seen = marks.slice(0, 5).map(({ label, atMs }) => `${label} at ${utcTime(atMs)}`);
  return [...lines, ...seen].join('\n');
}

/** At most twenty moments of the longest series, evenly spread, the last one always among them. */
function momentsOf(series: readonly Series[]): readonly number[] {
  const longest = series.reduce<Series['points']>(
    (best, { points }) => (points.length > best.length ? points : best),
    [],
  );
  const every = Math.max(1, Math.ceil(longest.length / blockLimits.chartPoints));
  return longest.filter((_, index) => (longest.length - 1 - index) % every === 0).map(([atMs]) => atMs);
}

/** Minutes, or seconds where minutes repeat; unique in any case. */
function labelsOf(moments: readonly number[]): readonly string[] {
  const minutes = moments.map((atMs) => utcTime(atMs).slice(0, 5));
  if (new Set(minutes).size === minutes.length) return minutes;
  const seconds = moments.map((atMs) => utcTime(atMs).slice(0, 8));
  if (new Set(seconds).size === seconds.length) return seconds;
  return seconds.map((label, index) => `${label} #${index + 1}`);
}

function nearest({ points }: Series, atMs: number): number {
  const [first] = points;
  if (!first) return 0;
  const [, value] = points.reduce(
    (best, point) => (Math.abs(point[0] - atMs) < Math.abs(best[0] - atMs) ? point : best),
    first,
  );
  return Number.isFinite(value) ? value : 0;
}
