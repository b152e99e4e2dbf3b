import type { MergedFile } from './safety-checks.ts';

const filesMax = 20;
const charactersMax = 20_000;

/**
 * A unified diff of what a rollback changes, from the diffs of the merge read backwards. For people only: nothing is
 * decided from it. Cut at 20 files and 20,000 characters, and says so.
 */
export function previewDiff(files: readonly MergedFile[]): string {
  const shown = files.slice(0, filesMax).map(previewFile).join('\n');
  const left = files.length - Math.min(files.length, filesMax);
  const text = left > 0 ? `${shown}\n... ${left} more files` : shown;
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}\n... cut` : text;
}

function previewFile({ path, status, patch }: MergedFile): string {
  const before = status === 'removed' ? '/dev/null' : `a/${path}`;
  const after = status === 'added' ? '/dev/null' : `b/${path}`;
  const body = patch === undefined ? '(no text diff: binary, very large or mode only)' : invertPatch(patch);
  return `--- ${before}\n+++ ${after}\n${body}`;
}

/** The same hunks backwards: what was added goes, what was removed comes back, removals first. */
export function invertPatch(patch: string): string {
  const out: string[] = [];
  let gone: string[] = [];
  let back: string[] = [];
  const flush = (): void => {
    out.push(...gone, ...back);
    gone = [];
    back = [];
  };
  let last = out;
  for (const line of patch.split('\n')) {
    if (line.startsWith('+')) last = pushTo(gone, `-${line.slice(1)}`);
    else if (line.startsWith('-')) last = pushTo(back, `+${line.slice(1)}`);
    // "\ No newline at end of file" belongs to the line above it.
    else if (line.startsWith('\\')) last.push(line);
    else {
      flush();
      last = pushTo(out, invertHeader(line));
    }
  }
  flush();
  return out.join('\n');
}

function pushTo(list: string[], line: string): string[] {
  list.push(line);
  return list;
}

const invertHeader = (line: string): string =>
  line.replace(/^@@ -(?<old>\S+) \+(?<young>\S+) @@/u, (_, old: string, young: string) => `@@ -${young} +${old} @@`);
