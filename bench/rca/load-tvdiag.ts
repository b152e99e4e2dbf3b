/** TVDiag (Xie et al. 2024): metric, trace and log alerts over the instances of three systems, without times. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PastIncident } from '../../src/rootcause/memory/learn.ts';
import type { FiredAlert, Telemetry } from '../../src/rootcause/telemetry.ts';
import { type AlertLine, parseAlertLine, rankByCount, rowsOf, textsOf } from './alert-lines.ts';
import { answerEntities } from './answer-entities.ts';
import type { Case, Dataset, ReadRequest } from './dataset.ts';
import { withMemory } from './load-openrca-alerts.ts';
import { memoriesOf, readCauses } from './past-incidents.ts';
import { readJsonLines } from './read-files.ts';

const folder = 'tvdiag';

export const tvdiag: Dataset = {
  name: folder,
  members: ['gaia', 'sockshop', 'hotel'],
  baselineName: 'alert-count',
  read: readCases,
  answer: (ranking) => answerEntities(ranking, (entity) => entity),
};

function* readCases(request: ReadRequest): Generator<Case> {
  const { dataDir, split, member } = request;
  const path = join(dataDir, folder, `${member}.${split}.jsonl.gz`);
  if (!existsSync(path)) return;
  const memoryOf = memoriesOf(request, (trainDir) => readPast(join(trainDir, folder), String(member)));
  for (const [place, line] of readJsonLines(path).entries()) {
    const read = (): AlertLine => parseAlertLine(line, `${path}, line ${place + 1}`);
    yield {
      id: line instanceof Error ? `${member}-line-${place + 1}` : read().id,
      telemetry: () => withMemory(telemetryOf(read()), memoryOf(place)),
      baseline: () => rankByCount(alertsOf(read()), textsOf(read(), 'nodes')),
    };
  }
}

/** Empty when there is no past of this member there. */
function readPast(from: string, member: string): readonly PastIncident[] {
  const path = join(from, `${member}.dev.jsonl.gz`);
  if (!existsSync(path)) return [];
  const causes = readCauses(join(from, `labels.${member}.dev.jsonl`), 'root_cause_instance');
  return readJsonLines(path).map((line, at) => {
    const one = parseAlertLine(line, `${path}, line ${at + 1}`);
    return { telemetry: telemetryOf(one), cause: causes.get(one.id) ?? null };
  });
}

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
