/** A line chart drawn on the server: first paint, print and pages without script. */
import type { Chart } from '../../core/evidence.ts';
import { renderMarks } from './chart-marks.ts';
import { amount, drawable, type Frame, type Scale, scaleOf } from './chart-scale.ts';
import { chartSentence } from './chart-sentence.ts';
import { type Html, html, type Piece } from './html.ts';
import { clockTime } from './say-time.ts';

export type Key = { readonly atMs: number; readonly key: string; readonly tone: 'chg' | 'sus' | 'ok' };

export type ChartSize = {
  readonly width: number;
  readonly height: number;
  /** A level the alert is about, in the chart's unit. */
  readonly limit?: { readonly value: number; readonly label: string };
  /** Changes as lettered ticks under the time axis. */
  readonly keys?: readonly Key[];
  /** Said after the sentence: query, link. */
  readonly note?: Piece;
};

const linesMax = 6;

/** A figure: drawing, and a sentence with the numbers. */
export function renderChart(chart: Chart, size: ChartSize): Html {
  const says = chartSentence(chart);
  return html`<figure class="chart">${renderSvg(chart, size)}<figcaption>${says}${size.note && html` ${size.note}`}</figcaption></figure>`;
}

/** The drawing alone, for pages that show two widths of one chart. */
export function renderSvg(chart: Chart, size: ChartSize): Html {
  const series = drawable(chart).slice(0, linesMax);
  const spanned = spanOf(series);
  const marks = chart.marks.filter(({ atMs }) => spanned !== null && near(atMs, spanned));
  const keys = (size.keys ?? []).filter(({ atMs }) => spanned !== null && near(atMs, spanned));
  const frame: Frame = {
    left: size.width > 600 ? 56 : 44,
    right: size.width - 8,
    top: 20 + 15 * Math.min(3, marks.length),
    bottom: size.height - 20 - (keys.length > 0 ? 38 : 0),
  };
  const times = [...marks, ...keys].map(({ atMs }) => atMs);
  const scale = scaleOf(series, frame, { times, values: size.limit ? [size.limit.value] : [] });
  const says = chartSentence(chart);
  if (!scale) return html`<p class="small mute">${says}</p>`;
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${says}">${[
    axes(chart, scale, frame),
    limit(size, scale, frame),
    renderMarks(marks, { scale, frame, width: size.width }),
    series.map(({ points }, index) => html`<path class="ln ln--${index}" d="${path(points, scale)}"/>`),
    series.length > 1 && legend(series, frame),
    keys.length > 0 && keyRow(keys, { scale, frame, height: size.height }),
  ]}</svg>`;
}

type Span = { readonly fromMs: number; readonly toMs: number };

function spanOf(series: Chart['series']): Span | null {
  const times = series.flatMap(({ points }) => points.map(([atMs]) => atMs));
  if (times.length === 0) return null;
  return { fromMs: times.reduce((a, b) => Math.min(a, b)), toMs: times.reduce((a, b) => Math.max(a, b)) };
}

/** A mark a little outside widens the chart; one far outside would squeeze the line. */
function near(atMs: number, { fromMs, toMs }: Span): boolean {
  const slackMs = (toMs - fromMs) * 0.25;
  return atMs >= fromMs - slackMs && atMs <= toMs + slackMs;
}

function axes(chart: Chart, { x, y, timeTicks, valueTicks }: Scale, { left, right, bottom, top }: Frame): Piece {
  const values = valueTicks.map((value, index) => {
    const css = index === 0 ? 'axis' : 'grid';
    return html`<path class="${css}" d="M${left} ${y(value)}H${right}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${amount(value)}</text>`;
  });
  const times = timeTicks.map(
    (atMs) => html`<text x="${x(atMs)}" y="${bottom + 15}" text-anchor="middle">${clockTime(atMs).slice(0, 5)}</text>`,
  );
  return html`${values}${times}<text x="${left - 6}" y="${Math.max(10, top - 10)}" text-anchor="end">${chart.unit}</text>`;
}

function limit({ limit: level }: ChartSize, { y }: Scale, { left, right }: Frame): Piece {
  if (!level) return null;
  return html`<path class="limit" d="M${left} ${y(level.value)}H${right}"/><text class="limit" x="${left + 6}" y="${y(level.value) - 6}">${level.label}</text>`;
}

const path = (points: readonly (readonly [number, number])[], { x, y }: Scale): string =>
  points.map(([atMs, value], index) => `${index === 0 ? 'M' : 'L'}${x(atMs)} ${y(value)}`).join('');

function legend(series: Chart['series'], { left, top }: Frame): Piece {
  return series.map(
    ({ name }, index) =>
      html`<path class="ln ln--${index}" d="M${left + 8} ${top + 6 + index * 14}h18"/><text x="${left + 32}" y="${top + 10 + index * 14}">${name}</text>`,
  );
}

type Row = { readonly scale: Scale; readonly frame: Frame; readonly height: number };

function keyRow(keys: readonly Key[], { scale, frame, height }: Row): Piece {
  const y = height - 14;
  const shapes = keys.map(({ atMs, key, tone }) => {
    const x = scale.x(atMs);
    if (tone === 'chg')
      return html`<circle class="chg" cx="${x}" cy="${y}" r="9"/><text x="${x}" y="${y + 4}" text-anchor="middle">${key}</text>`;
    return html`<path class="${tone}" d="M${x} ${frame.top}V${y - 9}"/><rect class="${tone}-f" x="${x - 9}" y="${y - 9}" width="18" height="18" rx="3"/><text class="on-${tone}" x="${x}" y="${y + 4}" text-anchor="middle">${key}</text>`;
  });
  return html`<path class="grid" d="M${frame.left} ${y}H${frame.right}"/>${frame.left >= 56 && html`<text x="0" y="${y + 4}">Changes</text>`}${shapes}`;
}
