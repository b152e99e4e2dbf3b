/** Incident memory for the sets that have past labelled incidents; a case never learns from its own fold. */
import { resolve } from 'node:path';
import { learn, type PastIncident } from '../../src/rootcause/memory/learn.ts';
import type { Memory } from '../../src/rootcause/telemetry.ts';
import type { ReadRequest } from './dataset.ts';
import { readJsonLines } from './read-files.ts';

const folds = 5;

/** The memory a case may use, by its place in the file; undefined without `--train`. */
export type MemoryOf = (place: number) => Memory | undefined;

/**
 * From the dev split under `--train`. When that is the very split being ranked, five-fold cross-validation by place in
 * the file: the memory of a case has seen no case of its fold.
 */
export function memoriesOf(request: ReadRequest, readPast: (trainDir: string) => readonly PastIncident[]): MemoryOf {
  const { trainDir } = request;
  if (trainDir === null) return () => undefined;
  const isOwn = request.split === 'dev' && resolve(trainDir) === resolve(request.dataDir);
  const learned = new Map<number, Memory>();
  let past: readonly PastIncident[] | null = null;
  return (place) => {
    const fold = isOwn ? place % folds : -1;
    past ??= readPast(trainDir);
    if (past.length === 0) return undefined;
    const known = learned.get(fold) ?? learn(past.filter((_, at) => !isOwn || at % folds !== fold));
    learned.set(fold, known);
    return known;
  };
}

/** Case id to cause, from a labels file. */
export function readCauses(path: string, field: string): ReadonlyMap<string, string> {
  return new Map(
    readJsonLines(path).map((line) => {
      if (line instanceof Error) throw line;
      const label = new Map(Object.entries(line ?? {}));
      return [String(label.get('id')), String(label.get(field))];
    }),
  );
}
