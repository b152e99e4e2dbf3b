/** One metric of several services as a finding: what moved most, when, and a chart. Shared by the metric tools. */
import type { Chart, Window } from '../../src/core/evidence.ts';
import { type Tainted, taint } from '../../src/core/tainted.ts';
import type { Series } from '../../src/rootcause/telemetry.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from './fit-view.ts';
import { round, type Shape, shapeOf, thin } from './series-shape.ts';
import { isoTime, sayWindow, shortTime } from './window.ts';

export type MetricRead = {
  readonly metric: string;
  /** As people call it. */
  readonly title: string;
  readonly unit: string;
  readonly window: Window;
  readonly query: string;
  readonly link: string;
};

type Shaped = { readonly series: Series; readonly shape: Shape };

/** Provenance B. `series` is not empty. */
export function seriesFinding(read: MetricRead, series: readonly Series[]): Finding {
  const shapes = series.flatMap((one): Shaped[] => {
    const shape = shapeOf(one.points);
    return shape === null ? [] : [{ series: one, shape: roundShape(shape) }];
  });
  const ordered = shapes.toSorted((one, other) => moved(other.shape) - moved(one.shape));
  return {
    kind: 'found',
    result: { metric: read.metric, unit: read.unit, services: shapes.map((shaped) => resultOf(shaped, read.metric)) },
    provenance: 'B',
    query: read.query,
    window: read.window,
    link: read.link,
    headline: headlineOf(read, ordered),
    chart: chartOf(read, ordered),
    view: viewOf(read, ordered),
    signals: { series },
    truncated: false,
  };
}

const resultOf = ({ series, shape }: Shaped, metric: string) => ({
  service: series.service,
  ...(series.metric === metric ? {} : { metric: series.metric }),
  ...shape,
  onset: shape.onsetMs === null ? null : isoTime(shape.onsetMs),
  points: series.points.map(([atMs, value]) => [atMs, round(value)]),
});

const roundShape = (shape: Shape): Shape => ({
  onsetMs: shape.onsetMs,
  before: round(shape.before),
  after: round(shape.after),
  last: round(shape.last),
  lowest: round(shape.lowest),
  highest: round(shape.highest),
});

const moved = ({ before, after }: Shape): number =>
  Math.abs(after - before) / Math.max(Math.abs(before), Math.abs(after), 1e-9);

type Headline = readonly (string | Tainted)[];

function headlineOf({ title, unit, metric }: MetricRead, ordered: readonly Shaped[]): Headline {
  const top = ordered[0];
  if (top === undefined) return [`${title}: nothing to see.`];
  const { before, after, onsetMs } = top.shape;
  const services = [...new Set(ordered.map(({ series }) => series.service))];
  if (onsetMs === null) return [`${title} steady for ${services.join(', ')}.`];
  const others = ordered.filter(({ shape }) => shape.onsetMs !== null).length - 1;
  const rest = others > 0 ? `; ${others} more changed` : '';
  const group = groupOf(top.series, metric);
  const moves = `went from ${before} to ${after}${unit === '' ? '' : ` ${unit}`} at ${shortTime(onsetMs)} UTC${rest}.`;
  const of = `${title} of ${top.series.service}`;
  return group === '' ? [`${of} ${moves}`] : [`${of} `, taint(group), ` ${moves}`];
}

/** Which of a service's series it is, such as `{pod=a}`: outside text. Empty for a service's only one. */
const groupOf = (series: Series, metric: string): string =>
  series.metric.startsWith(metric) ? series.metric.slice(metric.length) : series.metric;

const chartSeriesMax = 4;

function chartOf({ title, unit }: MetricRead, ordered: readonly Shaped[]): Chart {
  const top = ordered[0];
  const onsetMs = top?.shape.onsetMs ?? null;
  return {
    title: `${title}${ordered.length === 1 && top !== undefined ? ` of ${top.series.service}` : ''}`,
    unit,
    series: ordered.slice(0, chartSeriesMax).map(({ series }) => ({
      name: series.service,
      points: series.points.map(([atMs, value]) => [atMs, round(value)] as const),
    })),
    marks: onsetMs === null ? [] : [{ atMs: onsetMs, label: 'onset', kind: 'onset' }],
  };
}

const detailedMax = 3;

function viewOf({ metric, unit, window }: MetricRead, ordered: readonly Shaped[]): Tainted {
  const label = (series: Series): string => `${series.service}${groupOf(series, metric)}`;
  const head = `${metric} (${unit}), ${sayWindow(window)}; before / after / last / lowest to highest / onset`;
  const rows = ordered.map(({ series, shape }) => {
    const onset = shape.onsetMs === null ? 'steady' : shortTime(shape.onsetMs);
    return `${label(series)}: ${shape.before} / ${shape.after} / ${shape.last} / ${shape.lowest} to ${shape.highest} / ${onset}`;
  });
  const details = ordered.slice(0, detailedMax).map(({ series }) => {
    const points = thin(series.points, 20).map(([atMs, value]) => `${shortTime(atMs).slice(11)}=${round(value)}`);
    return `points of ${label(series)}: ${points.join(' ')}`;
  });
  return fitView({
    head: [head],
    rows: [...rows.slice(0, detailedMax), ...details, ...rows.slice(detailedMax)],
    things: 'lines',
  });
}
