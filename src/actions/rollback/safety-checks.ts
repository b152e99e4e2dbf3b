import type { RevertCheck } from '../../flow/rollback-port.ts';
import {
  flagFiles,
  generatedFiles,
  infrastructureFiles,
  lockfiles,
  manifests,
  migrationFiles,
  pipelineFiles,
  schemaFiles,
} from './file-kinds.ts';
import { schemaDependants } from './schema-dependants.ts';

/** A file of the merge: what the merge did to it, and its diff where it was read. */
export type MergedFile = {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified' | 'mode';
  readonly patch?: string;
};

export type SafetyQuestion = {
  readonly files: readonly MergedFile[];
  readonly mergedAtMs: number;
  readonly nowMs: number;
  readonly laterCommits: number;
  readonly laterTouches: readonly { readonly path: string; readonly sha: string }[];
  /** False when the later commits could not all be asked about. */
  readonly laterComplete: boolean;
  readonly laterDiffs: readonly { readonly path: string; readonly patch: string }[];
  readonly ci: 'pending' | 'success' | 'failure' | 'none';
};

type Check = (question: SafetyQuestion) => readonly RevertCheck[];

const dayMs = 86_400_000;
const oldDays = 7;

const migrationsVanish: Check = ({ files }) =>
  say(
    'hold',
    migrationFiles(files.filter(({ status }) => status === 'added')).map(pathOf),
    (paths) => `Removes migrations that may already have run: ${paths}. The database keeps what they did`,
  );

const migrationsTouched: Check = ({ files }) =>
  say(
    'hold',
    migrationFiles(files.filter(({ status }) => status !== 'added')).map(pathOf),
    (paths) => `Changes migrations or schema files: ${paths}`,
  );

const schemaUsed: Check = ({ files, laterDiffs }) => {
  const paths = new Set(schemaFiles(files));
  const diffs = files.filter(({ path }) => paths.has(path)).map(({ path, patch = '' }) => ({ path, patch }));
  const used = schemaDependants(diffs, laterDiffs).map(({ name, usedIn }) => `${name} in ${usedIn}`);
  return say('hold', used, (uses) => `Later commits use names this change introduced: ${uses}`);
};

const infrastructure: Check = ({ files }) =>
  say('hold', infrastructureFiles(files), (paths) => `Changes infrastructure: ${paths}`);

const dependencies: Check = ({ files }) => {
  const locks = lockfiles(files);
  const lists = manifests(files);
  const both = say('warn', [...locks, ...lists], (paths) => `Changes dependencies: ${paths}`);
  if (locks.length > 0 && lists.length === 0) {
    return [...both, { level: 'warn', says: 'A lockfile changes without its manifest: an install may put it back' }];
  }
  if (lists.length > 0 && locks.length === 0) {
    return [...both, { level: 'warn', says: 'A manifest changes without a lockfile: versions may drift' }];
  }
  return both;
};

const apiSchema: Check = ({ files }) =>
  say('warn', schemaFiles(files), (paths) => `Changes an API schema that others may rely on: ${paths}`);

const pipelines: Check = ({ files }) =>
  say('warn', pipelineFiles(files), (paths) => `Changes CI: ${paths}. The token may need the workflows permission`);

const flags: Check = ({ files }) =>
  say('warn', flagFiles(files), (paths) => `Changes feature flags: ${paths}. Turning the flag off may be quicker`);

const laterTouches: Check = ({ laterTouches: touches }) =>
  say(
    'warn',
    touches.map(({ path, sha }) => `${path} in ${sha.slice(0, 7)}`),
    (list) => `Later commits touched the same files and cancelled out: ${list}`,
  );

const laterUnknown: Check = ({ laterComplete }) =>
  laterComplete ? [] : [{ level: 'warn', says: 'Not every later commit could be checked for the same files' }];

const baseChecks: Check = ({ ci }) => {
  if (ci === 'failure') return [{ level: 'warn', says: 'Checks fail on the base branch now, before any rollback' }];
  return ci === 'pending' ? [{ level: 'info', says: 'Checks are still running on the base branch' }] : [];
};

const generated: Check = ({ files }) =>
  say('info', generatedFiles(files), (paths) => `Contains generated files: ${paths}`);

const age: Check = ({ mergedAtMs, nowMs, laterCommits }) => {
  const days = Math.max(0, Math.floor((nowMs - mergedAtMs) / dayMs));
  const when = days === 0 ? 'less than a day ago' : `${days} ${days === 1 ? 'day' : 'days'} ago`;
  const since = laterCommits === 1 ? '1 commit' : `${laterCommits} commits`;
  return [{ level: days >= oldDays ? 'warn' : 'info', says: `Merged ${when}; ${since} on the base since` }];
};

const checks: readonly Check[] = [
  migrationsVanish,
  migrationsTouched,
  schemaUsed,
  infrastructure,
  dependencies,
  apiSchema,
  pipelines,
  flags,
  laterTouches,
  laterUnknown,
  baseChecks,
  generated,
  age,
];

const rank = { hold: 0, warn: 1, info: 2 } as const;

/**
 * Everything a person should know before taking a merge back, worst first. Rules by path and name: an empty list means
 * "nothing recognised", never "safe".
 */
export function safetyChecks(question: SafetyQuestion): readonly RevertCheck[] {
  return checks.flatMap((check) => check(question)).toSorted((a, b) => rank[a.level] - rank[b.level]);
}

const pathOf = ({ path }: { readonly path: string }): string => path;

/** One check about a list, of which at most five are named; nothing when the list is empty. */
function say(
  level: RevertCheck['level'],
  items: readonly string[],
  sentence: (list: string) => string,
): readonly RevertCheck[] {
  if (items.length === 0) return [];
  const shown = items.slice(0, 5).join(', ');
  const more = items.length > 5 ? ` and ${items.length - 5} more` : '';
  return [{ level, says: sentence(`${shown}${more}`) }];
}
