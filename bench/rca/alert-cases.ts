/** The cases of a set of alerts: one line per case in `<member>.<split>.jsonl.gz`, with labels beside the dev split. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PastIncident } from '../../src/rootcause/memory/learn.ts';
import type { Telemetry } from '../../src/rootcause/telemetry.ts';
import { type AlertLine, parseAlertLine } from './alert-lines.ts';
import type { Case, ReadRequest } from './dataset.ts';
import { memoriesOf, readCauses } from './past-incidents.ts';
import { readJsonLines } from './read-files.ts';

/** What the lines of one member mean. */
export type LineReader = {
  readonly telemetryOf: (line: AlertLine) => Telemetry;
  readonly baselineOf: (line: AlertLine) => readonly string[];
};

export type AlertSet = {
  readonly folder: string;
  /** The field of a label that names the cause. */
  readonly causeField: string;
  /** Called once per member; `directory` is the set's folder and may hold more about it, such as a call graph. */
  readonly readerOf: (directory: string, member: string) => LineReader;
};

/** Every case of a member's split, with the memory of its past where that was asked for. */
export function* readAlertCases(set: AlertSet, request: ReadRequest): Generator<Case> {
  const directory = join(request.dataDir, set.folder);
  const member = String(request.member);
  const path = join(directory, `${member}.${request.split}.jsonl.gz`);
  if (!existsSync(path)) return;
  const { telemetryOf, baselineOf } = set.readerOf(directory, member);
  const memoryOf = memoriesOf(request, (trainDir) => readPast(set, join(trainDir, set.folder), member));
  for (const [place, line] of readJsonLines(path).entries()) {
    const read = (): AlertLine => parseAlertLine(line, `${path}, line ${place + 1}`);
    yield {
      id: line instanceof Error ? `${member}-line-${place + 1}` : read().id,
      telemetry: () => withMemory(telemetryOf(read()), memoryOf(place)),
      baseline: () => baselineOf(read()),
    };
  }
}

const withMemory = (telemetry: Telemetry, memory: Telemetry['memory']): Telemetry =>
  memory === undefined ? telemetry : { ...telemetry, memory };

/** Empty when there is no past of this member there. */
function readPast({ causeField, readerOf }: AlertSet, directory: string, member: string): readonly PastIncident[] {
  const path = join(directory, `${member}.dev.jsonl.gz`);
  if (!existsSync(path)) return [];
  const { telemetryOf } = readerOf(directory, member);
  const causes = readCauses(join(directory, `labels.${member}.dev.jsonl`), causeField);
  return readJsonLines(path).map((line, at) => {
    const one = parseAlertLine(line, `${path}, line ${at + 1}`);
    return { telemetry: telemetryOf(one), cause: causes.get(one.id) ?? null };
  });
}
