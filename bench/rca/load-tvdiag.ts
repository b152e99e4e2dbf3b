/** TVDiag (Xie et al. 2024): metric, trace and log alerts over the instances of three systems, without times. */
import type { FiredAlert, Telemetry } from '../../src/rootcause/telemetry.ts';
import { type LineReader, readAlertCases } from './alert-cases.ts';
import { type AlertLine, rankByCount, rowsOf, textsOf } from './alert-lines.ts';
import { answerEntities } from './answer-entities.ts';
import type { Dataset } from './dataset.ts';

const folder = 'tvdiag';

export const tvdiag: Dataset = {
  name: folder,
  members: ['gaia', 'sockshop', 'hotel'],
  baselineName: 'alert-count',
  read: (request) => readAlertCases({ folder, causeField: 'root_cause_instance', readerOf }, request),
  answer: (ranking) => answerEntities(ranking, (entity) => entity),
};

const readerOf = (): LineReader => ({
  telemetryOf,
  baselineOf: (line) => rankByCount(alertsOf(line), textsOf(line, 'nodes')),
});

function alertsOf(line: AlertLine): readonly FiredAlert[] {
  return [
    ...rowsOf(line, 'metric_alerts').map(
      (row): FiredAlert => ({
        entity: row[0] ?? '',
        modality: 'metric',
        name: row.at(-2) ?? '',
        direction: row.at(-1) ?? '',
        atMs: null,
      }),
    ),
    ...rowsOf(line, 'trace_alerts').map(
      ([entity = '', peer = '', name = '', direction = '']): FiredAlert => ({
        entity,
        peer,
        modality: 'trace',
        name,
        direction,
        atMs: null,
      }),
    ),
    ...rowsOf(line, 'log_alerts').map(
      ([entity = '', template = '']): FiredAlert => ({
        entity,
        modality: 'log',
        name: template.startsWith(`${entity}-`) ? template.slice(entity.length + 1) : template,
        direction: '',
        atMs: null,
      }),
    ),
  ];
}

function telemetryOf(line: AlertLine): Telemetry {
  return {
    alert: null,
    window: { fromMs: 0, toMs: 0 },
    services: [],
    edges: rowsOf(line, 'edges').map(([from = '', to = '']) => ({ from, to })),
    series: [],
    logs: [],
    edgeStats: [],
    changes: [],
    entities: textsOf(line, 'nodes').map((id) => ({ id, kind: 'instance', partOf: id.replace(/-?\d+$/u, '') })),
    alerts: alertsOf(line),
  };
}
