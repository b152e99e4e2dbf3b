/** What a typed query gave: over a range the series that moved most, at one moment the highest values. */
import type { z } from 'zod';
import type { Chart, Window } from '../../src/core/evidence.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Series } from '../../src/rootcause/telemetry.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from '../reading/fit-view.ts';
import { round, type Shape, shapeOf, thin } from '../reading/series-shape.ts';
import { isoTime, sayWindow, shortTime } from '../reading/window.ts';
import { type matrixAnswer, readPoints, sayLabels, type vectorAnswer } from './answers.ts';

export type QueryRead = {
  readonly query: string;
  readonly link: string;
  readonly window: Window;
  /** "rate of http_requests_total". */
  readonly title: string;
  /** Name of the metric as the engine knows it. */
  readonly metric: string;
  /** Catalogue id, or null when the query is about none. */
  readonly service: string | null;
  readonly serviceLabel: string;
};

type Headline = Extract<Finding, { kind: 'found' }>['headline'];
type Row = { readonly labels: string; readonly series: Series; readonly shape: Shape };

const seriesMax = 100;

/** Provenance B: numbers Prometheus computed. Label values are anybody's. */
export function rangeFinding(read: QueryRead, { result }: z.output<typeof matrixAnswer>): Finding {
  const without = saidAnyway(read, result);
  const rows = result.flatMap(({ metric, values }): Row[] => {
    const points = readPoints(values);
    const shape = shapeOf(points);
    if (shape === null) return [];
    const labels = sayLabels(metric, without);
    const name = labels === '' ? read.metric : `${read.metric}{${labels}}`;
    return [
      { labels, shape, series: { service: read.service ?? metric[read.serviceLabel] ?? '', metric: name, points } },
    ];
  });
  if (rows.length === 0) return emptyOf(read);
  const ordered = rows.toSorted((one, other) => moved(other.shape) - moved(one.shape)).slice(0, seriesMax);
  return {
    ...foundOf(read),
    result: { expression: read.query, series: rows.length, rows: ordered.map(resultOf) },
    headline: rangeHeadline(read, ordered),
    chart: chartOf(read, ordered),
    view: fitView({
      head: [
        `${read.query}, ${sayWindow(read.window)}: ${rows.length} series, most moved first`,
        'labels / before / after / last / lowest to highest / onset',
      ],
      rows: [...ordered.map(rowOf), ...ordered.slice(0, 3).map(pointsOf)],
      things: 'series',
    }),
    // The engine knows services; a series of none would be one more unknown thing.
    signals: { series: ordered.map(({ series }) => series).filter(({ service }) => service !== '') },
    truncated: rows.length > seriesMax,
  };
}

/** Labels that all series share tell none from another; the service is in the title. */
function saidAnyway(
  { service, serviceLabel }: QueryRead,
  series: readonly { readonly metric: { readonly [label: string]: string } }[],
): readonly string[] {
  const first = series[0]?.metric ?? {};
  const shared = Object.keys(first).filter((label) => series.every(({ metric }) => metric[label] === first[label]));
  // A sole series of no asked service still has to say whose it is.
  return service === null ? shared.filter((label) => label !== serviceLabel) : [...shared, serviceLabel];
}

/** The newest value of every series at the end of the window, highest first. */
export function instantFinding(read: QueryRead, { result }: z.output<typeof vectorAnswer>): Finding {
  const without = saidAnyway(read, result);
  const rows = result
    .flatMap(({ metric, value }) =>
      readPoints([value]).map(([, number]) => ({ labels: sayLabels(metric, without), value: round(number) })),
    )
    .toSorted((one, other) => other.value - one.value);
  const first = rows[0];
  if (first === undefined) return emptyOf(read);
  return {
    ...foundOf(read),
    result: { expression: read.query, series: rows.length, rows: rows.slice(0, seriesMax) },
    headline: [
      `${read.title} at ${shortTime(read.window.toMs)} UTC: ${rows.length} series, the highest ${first.value}`,
      ...(first.labels === '' ? ['.'] : [' for ', taint(first.labels.slice(0, 160))]),
    ],
    chart: null,
    view: fitView({
      head: [`${read.query} at ${isoTime(read.window.toMs)}: ${rows.length} series; value / labels`],
      rows: rows.map(({ labels, value }) => `${value} / ${labels.slice(0, 200)}`),
      things: 'series',
    }),
    signals: {},
    truncated: rows.length > seriesMax,
  };
}

const foundOf = ({ query, window, link }: QueryRead) =>
  ({ kind: 'found', provenance: 'B', query, window, link }) as const;

const emptyOf = ({ query, window, link }: QueryRead): Finding => ({
  kind: 'empty',
  searched: `${query}, ${sayWindow(window)}: no series`,
  query,
  window,
  link,
});

const moved = ({ before, after }: Shape): number =>
  Math.abs(after - before) / Math.max(Math.abs(before), Math.abs(after), 1e-9);

const resultOf = ({ labels, series, shape }: Row) => ({
  labels,
  before: round(shape.before),
  after: round(shape.after),
  last: round(shape.last),
  lowest: round(shape.lowest),
  highest: round(shape.highest),
  onset: shape.onsetMs === null ? null : isoTime(shape.onsetMs),
  points: series.points.map(([atMs, value]) => [atMs, round(value)]),
});

function rangeHeadline({ title }: QueryRead, ordered: readonly Row[]): Headline {
  const top = ordered[0];
  if (top === undefined || top.shape.onsetMs === null) return [`${title} is steady in ${ordered.length} series.`];
  const { before, after, onsetMs } = top.shape;
  const says = `${title} went from ${round(before)} to ${round(after)} at ${shortTime(onsetMs)} UTC`;
  return top.labels === '' ? [`${says}.`] : [`${says} for `, taint(top.labels.slice(0, 160))];
}

const rowOf = ({ labels, shape }: Row): string => {
  const onset = shape.onsetMs === null ? 'steady' : shortTime(shape.onsetMs);
  const levels = [round(shape.before), round(shape.after), round(shape.last)].join(' / ');
  return `${labels || 'all'} / ${levels} / ${round(shape.lowest)} to ${round(shape.highest)} / ${onset}`;
};

const pointsOf = ({ labels, series }: Row): string =>
  `points of ${labels || 'all'}: ${thin(series.points, 20)
    .map(([atMs, value]) => `${shortTime(atMs).slice(11)}=${round(value)}`)
    .join(' ')}`;

function chartOf({ title }: QueryRead, ordered: readonly Row[]): Chart {
  const onsetMs = ordered[0]?.shape.onsetMs ?? null;
  return {
    title,
    unit: '',
    series: ordered.slice(0, 4).map(({ labels, series }) => ({
      // A chart's names are shown as they are.
      name: labels.replaceAll(/[^\w.:/=,-]/gu, '_').slice(0, 60) || title,
      points: series.points.map(([atMs, value]) => [atMs, round(value)] as const),
    })),
    marks: onsetMs === null ? [] : [{ atMs: onsetMs, label: 'onset', kind: 'onset' }],
  };
}
