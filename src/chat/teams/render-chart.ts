import type { Chart } from '../../core/evidence.ts';
import { clamp, stripHidden } from '../../core/plain-text.ts';
import { chartText, type Element, textBlock } from './elements.ts';
import { clockTime } from './render-line.ts';

type Series = Chart['series'][number];

const seriesMax = 6;
const pointsMax = 20;

/** The numbers as text, which every client shows, then the chart, which a client that lacks it leaves out. */
export function renderChart(chart: Chart): readonly Element[] {
  const series = chart.series.slice(0, seriesMax);
  const marks = chart.marks.slice(0, 6).map(({ label, atMs }) => `${label} (${clockTime(atMs)})`);
  return [
    textBlock(chartText(chart.title), { weight: 'Bolder' }),
    ...series.map((each) => textBlock(sentence(each, chart.unit), { spacing: 'Small' })),
    ...(marks.length > 0 ? [textBlock(chartText(`Marked: ${marks.join(', ')}`), { isSubtle: true })] : []),
    {
      type: 'Chart.Line',
      title: plain(chart.title),
      yAxisTitle: plain(chart.unit),
      data: series.map(({ name, points }) => ({
        legend: plain(name),
        values: thinned(points).map(([atMs, value]) => ({ x: clockTime(atMs).slice(0, 8), y: value })),
      })),
      fallback: 'drop',
    },
  ];
}

function sentence({ name, points }: Series, unit: string): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return chartText(`${name} has no points`);
  const values = points.map(([, value]) => value);
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  const measured = `${amount(first[1])} to ${amount(last[1])} ${unit}, lowest ${amount(low)}, highest ${amount(high)}`;
  return chartText(`${name} went from ${measured}, ${clockTime(first[0])} to ${clockTime(last[0])}`);
}

/** At most 20 points, the last one always among them. */
function thinned(points: Series['points']): Series['points'] {
  const every = Math.max(1, Math.ceil(points.length / pointsMax));
  return points.filter((_, index) => (points.length - 1 - index) % every === 0);
}

const plain = (text: string): string => clamp(stripHidden(text), 50);

/** Three significant digits. */
const amount = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
