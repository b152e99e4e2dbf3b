/** One folder of evidence snapshots as a telemetry document: a managed database, or a workload on Kubernetes. */
import { join } from 'node:path';
import type { InstanceState, Point, Series, Telemetry } from '../../src/rootcause/telemetry.ts';
import { isRow, numberOf, type Row, rowOf, rowsOf, textOf } from './json-rows.ts';
import { listFolder, readJson } from './read-files.ts';

/** A missing document is an empty one: not every snapshot holds every kind of evidence. */
function readRow(folder: string, name: string): Row {
  if (!listFolder(folder).includes(name)) return {};
  const path = join(folder, name);
  return rowOf(readJson(path), path);
}

const listOf = (row: Row, name: string): readonly Row[] => (row[name] === undefined ? [] : rowsOf(row[name], name));
const childOf = (row: Row, name: string): Row => {
  const child = row[name];
  return isRow(child) ? child : {};
};

export function readSnapshot(folder: string): Telemetry {
  const alert = readRow(folder, 'alert.json');
  const notes = childOf(alert, 'commonAnnotations');
  const databases = ['db_instance_identifier', 'db_instance', 'read_replica'].map((name) => textOf(notes, name));
  const series = readMetrics(folder, databases.filter(Boolean));
  const workload = textOf(notes, 'kube_deployment') || textOf(childOf(alert, 'commonLabels'), 'workload_name');
  const instances = [
    ...databaseStates(folder),
    ...podStates(folder, workload),
    ...nodeStates(folder),
    ...monitorStates(folder, workload),
  ];
  const times = series.flatMap(({ points }) => points.map(([atMs]) => atMs));
  const ids = [...new Set([...series.map((one) => one.service), ...instances.map((one) => one.service)])];
  return {
    alert: null,
    window: { fromMs: times.length === 0 ? 0 : Math.min(...times), toMs: times.length === 0 ? 0 : Math.max(...times) },
    services: ids.map((id) => ({ id, external: false })),
    edges: [],
    series,
    logs: [],
    edgeStats: [],
    changes: [],
    instances,
  };
}

/** Series of the databases the alert names; the folders also hold another database's, which is background. */
function readMetrics(folder: string, databases: readonly string[]): readonly Series[] {
  const files = listFolder(folder).filter((name) => /^aws_cloudwatch_metrics.*\.json$/u.test(name));
  const results = files.flatMap((name) => {
    const row = readRow(folder, name);
    return row['metric_data_results'] === undefined ? [row] : listOf(row, 'metric_data_results');
  });
  const found = new Map<string, Series>();
  for (const row of results) {
    const database = listOf(row, 'dimensions').map((one) => textOf(one, 'Value'))[0] ?? '';
    if (databases.includes(database) && textOf(row, 'metric_name') !== '') {
      const one = seriesOf(row, database);
      found.set(`${one.service} ${one.metric}`, one);
    }
  }
  return [...found.values()];
}

function seriesOf(row: Row, service: string): Series {
  const values = Array.isArray(row['values']) ? row['values'].map(Number) : [];
  const times = Array.isArray(row['timestamps']) ? row['timestamps'].map((time) => Date.parse(String(time))) : [];
  const isProcessor = textOf(row, 'metric_name') === 'CPUUtilization';
  const points = times.map((atMs, at): Point => [atMs, (values[at] ?? Number.NaN) / (isProcessor ? 100 : 1)]);
  return { service, metric: isProcessor ? 'cpu_ratio' : nameOf(textOf(row, 'metric_name')), points };
}

const nameOf = (metric: string): string => metric.replace(/(?<=[a-z])(?=[A-Z])/gu, '_').toLowerCase();

/** Categories of RDS events that say that something is wrong, and those that say that it is over. */
const illCategories = /^(?:failure|availability|failover|low storage|read replica|maintenance failure)$/u;

function databaseStates(folder: string): readonly InstanceState[] {
  const events = listOf(readRow(folder, 'aws_rds_events.json'), 'events');
  const names = [...new Set(events.map((one) => textOf(one, 'source_identifier')))];
  return names.map((service) => {
    const own = events.filter((one) => textOf(one, 'source_identifier') === service);
    const categories = own.map((one) =>
      Array.isArray(one['event_categories']) ? one['event_categories'].map(String) : [],
    );
    const ill = categories.findLastIndex((list) => list.some((name) => illCategories.test(name)));
    const over = categories.findLastIndex((list) => list.includes('recovery') || list.includes('restoration'));
    return {
      service,
      instance: service,
      ready: ill <= over,
      leaving: false,
      restarts: 0,
      says: own.map((one) => textOf(one, 'message')),
    };
  });
}

function podStates(folder: string, workload: string): readonly InstanceState[] {
  const events = listOf(readRow(folder, 'eks_events.json'), 'warning_events');
  const logs = readRow(folder, 'eks_pod_logs.json');
  return listOf(readRow(folder, 'eks_pods.json'), 'pods').map((pod) => {
    const name = textOf(pod, 'name');
    const containers = listOf(pod, 'containers');
    const states = containers.map((one) => childOf(one, 'state'));
    const unmet = listOf(pod, 'conditions').filter((one) => textOf(one, 'status') !== 'True');
    const own = events.filter((one) => textOf(one, 'involved_object').endsWith(`/${name}`));
    const isDone = textOf(pod, 'phase') === 'Succeeded';
    return {
      service: workload || name,
      instance: name,
      ready: isDone || (containers.length > 0 && containers.every((one) => one['ready'] === true)),
      leaving: textOf(pod, 'deletion_timestamp') !== '',
      restarts: Math.max(0, ...containers.map((one) => numberOf(one, 'restart_count') || 0)),
      says: [
        ...states.flatMap((state) => [textOf(state, 'reason'), textOf(state, 'message'), exitOf(state)]),
        ...unmet.flatMap((one) => [textOf(one, 'reason'), textOf(one, 'message')]),
        ...own.map((one) => `${textOf(one, 'reason')}: ${textOf(one, 'message')}`),
        ...(textOf(logs, 'pod_name') === name ? [textOf(logs, 'logs')] : []),
      ].filter(Boolean),
    };
  });
}

const exitOf = (state: Row): string => {
  const code = numberOf(state, 'exit_code');
  return code > 0 ? `exit code ${code}` : '';
};

function nodeStates(folder: string): readonly InstanceState[] {
  return listOf(readRow(folder, 'eks_node_health.json'), 'nodes').map((node) => {
    const pressures = ['memory_pressure', 'disk_pressure', 'pid_pressure'].filter(
      (pressure) => textOf(node, pressure) === 'True',
    );
    const ready = textOf(node, 'ready') === 'True';
    const name = textOf(node, 'name');
    return {
      service: name,
      instance: name,
      ready: ready && pressures.length === 0,
      leaving: false,
      restarts: 0,
      says: [...(ready ? [] : ['NodeNotReady']), ...pressures.map((one) => `node under ${one}`)],
    };
  });
}

/** The workload as its monitors see it: ill while one alerts, with what it logs as warnings and errors. */
function monitorStates(folder: string, workload: string): readonly InstanceState[] {
  const monitors = listOf(readRow(folder, 'datadog_monitors.json'), 'monitors');
  if (monitors.length === 0 || workload === '') return [];
  const lines = listOf(readRow(folder, 'datadog_logs.json'), 'logs').filter((one) => textOf(one, 'status') !== 'info');
  return [
    {
      service: workload,
      instance: `monitors of ${workload}`,
      ready: monitors.every((one) => textOf(one, 'overall_state') !== 'Alert'),
      leaving: false,
      restarts: 0,
      says: lines.map((one) => textOf(one, 'message')),
    },
  ];
}
