/** OpenRCA-Market alerts: time-stamped metric, trace and log alerts over services, their pods and the hosts. */
import { join } from 'node:path';
import type { Entity, FiredAlert, Telemetry } from '../../src/rootcause/telemetry.ts';
import { type LineReader, readAlertCases } from './alert-cases.ts';
import { type AlertLine, rankByCount, rowsOf, timeOf } from './alert-lines.ts';
import { answerEntities } from './answer-entities.ts';
import type { Dataset } from './dataset.ts';
import { readJson } from './read-files.ts';

const folder = 'openrca-alerts';

export const openrcaAlerts: Dataset = {
  name: folder,
  members: ['ob1', 'ob2'],
  baselineName: 'alert-count',
  read: (request) => readAlertCases({ folder, causeField: 'root_cause_entity', readerOf }, request),
  answer: (ranking) => answerEntities(ranking, (entity) => entity),
};

function readerOf(directory: string, member: string): LineReader {
  const graph = readGraph(join(directory, `${member}.graph.json.gz`));
  const candidates = graph.entities.map(({ id }) => id);
  return {
    telemetryOf: (line) => telemetryOf(line, graph),
    baselineOf: (line) => rankByCount(alertsOf(line), candidates),
  };
}

type Graph = { readonly entities: readonly Entity[]; readonly edges: Telemetry['edges'] };

const callLabels = new Set(['control_flow', 'data_flow']);

function readGraph(path: string): Graph {
  const document = new Map(Object.entries(readJson(path) ?? {}));
  const nodes = objectsIn(document.get('nodes'), path);
  const links = objectsIn(document.get('edges'), path);
  const serviceOf = new Map(
    links.filter((link) => link.get('label') === 'instance_of').map((link) => [link.get('source'), link.get('target')]),
  );
  const entities = nodes.map((node): Entity => {
    const id = String(node.get('id'));
    const type = String(node.get('type'));
    const partOf = serviceOf.get(id);
    if (type === 'Host') return { id, kind: 'host' };
    return typeof partOf === 'string' ? { id, kind: 'instance', partOf } : { id, kind: 'service' };
  });
  const edges = links
    .filter((link) => callLabels.has(String(link.get('label'))))
    .map((link) => ({ from: String(link.get('source')), to: String(link.get('target')) }));
  return { entities, edges };
}

function objectsIn(list: unknown, path: string): readonly ReadonlyMap<string, unknown>[] {
  if (!Array.isArray(list)) throw new Error(`${path}: "nodes" and "edges" must be lists.`);
  return list.map((item: object) => new Map(Object.entries(item)));
}

function alertsOf(line: AlertLine): readonly FiredAlert[] {
  return [
    ...rowsOf(line, 'metric_alerts').map(
      ([at = '', entity = '', , name = '', direction = '']): FiredAlert => ({
        entity,
        modality: 'metric',
        name,
        direction,
        atMs: timeOf(at),
      }),
    ),
    ...rowsOf(line, 'trace_alerts').map(
      ([at = '', entity = '', peer = '', name = '', direction = '']): FiredAlert => ({
        entity,
        peer,
        modality: 'trace',
        name,
        direction,
        atMs: timeOf(at),
      }),
    ),
    ...rowsOf(line, 'log_alerts').map(
      ([entity = '', name = '']): FiredAlert => ({ entity, modality: 'log', name, direction: '', atMs: null }),
    ),
  ];
}

function telemetryOf(line: AlertLine, { entities, edges }: Graph): Telemetry {
  const alerts = alertsOf(line);
  const times = alerts.flatMap(({ atMs }) => atMs ?? []);
  return {
    alert: null,
    window: { fromMs: Math.min(...times, Number.MAX_SAFE_INTEGER), toMs: Math.max(0, ...times) },
    services: [],
    edges,
    series: [],
    logs: [],
    edgeStats: [],
    changes: [],
    entities,
    alerts,
  };
}
