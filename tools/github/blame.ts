/** Which commit wrote a line, from the patches of the last commits of its file. */
import type { FileAnswer } from './answers.ts';
import { lineCharactersMax } from './code-lines.ts';

type Traced = { readonly kind: 'wrote'; readonly text: string } | { readonly kind: 'older'; readonly line: number };

type PatchLine = { readonly side: '+' | '-'; readonly at: number; readonly text: string };

/** The lines a patch writes or removes, each with its place on the new side. */
function patchLines(patch: string): readonly PatchLine[] {
  const lines: PatchLine[] = [];
  let at = 0;
  for (const written of patch.split('\n')) {
    const start = /^@@ -\d+(?:,\d+)? \+(?<first>\d+)(?:,\d+)? @@/u.exec(written)?.groups?.['first'];
    const side = written.charAt(0);
    if (start !== undefined) at = Number(start);
    else if (side === '+' || side === '-') lines.push({ side, at, text: written.slice(1) });
    if (start === undefined && side !== '-' && side !== '\\') at += 1;
  }
  return lines;
}

/** Follows a line number of the new side of a patch: written there, or where it was on the old side. */
export function traceLine(patch: string, line: number): Traced {
  const lines = patchLines(patch);
  const written = lines.find(({ side, at }) => side === '+' && at === line);
  if (written !== undefined) return { kind: 'wrote', text: written.text };
  const added = lines.filter(({ side, at }) => side === '+' && at < line).length;
  const removed = lines.filter(({ side, at }) => side === '-' && at <= line).length;
  return { kind: 'older', line: line - added + removed };
}

export type FileCommit = { readonly sha: string; readonly files: readonly FileAnswer[] };

export type Blame = { readonly line: number; readonly sha: string };

type Line = { readonly line: number; readonly text: string };

/**
 * For each line the commit that wrote it, among the given ones, newest first. A line that is older, or whose text is not
 * what the patch says, is left out: better no name than a wrong one.
 */
export function blameLines(path: string, lines: readonly Line[], commits: readonly FileCommit[]): readonly Blame[] {
  return lines.flatMap((one) => {
    const sha = writerOf(path, one, commits);
    return sha === null ? [] : [{ line: one.line, sha }];
  });
}

function writerOf(path: string, { line, text }: Line, commits: readonly FileCommit[]): string | null {
  let name = path;
  let at = line;
  for (const { sha, files } of commits) {
    const file = files.find(({ filename }) => filename === name);
    if (file === undefined) continue;
    // Too large to be shown: nothing older can be told.
    if (file.patch === undefined) return null;
    const traced = traceLine(file.patch, at);
    if (traced.kind === 'wrote') return isSame(traced.text, text) ? sha : null;
    at = traced.line;
    name = file.previous_filename ?? name;
  }
  return null;
}

/** As far as lines are kept. */
const isSame = (one: string, other: string): boolean =>
  one.slice(0, lineCharactersMax) === other.slice(0, lineCharactersMax);
