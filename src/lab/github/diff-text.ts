import type { FileDiff } from './git.ts';

const section = (file: FileDiff): string => {
  const before = file.previous_filename ?? file.filename;
  const from = file.status === 'added' ? '/dev/null' : `a/${before}`;
  const to = file.status === 'removed' ? '/dev/null' : `b/${file.filename}`;
  const renamed = before === file.filename ? '' : `rename from ${before}\nrename to ${file.filename}\n`;
  const hunks = file.patch === undefined ? '' : `--- ${from}\n+++ ${to}\n${file.patch}\n`;
  return `diff --git a/${before} b/${file.filename}\n${renamed}${hunks}`;
};

/** Unified diff of a whole change, as GitHub gives it for the `diff` media type. */
export const diffText = (files: readonly FileDiff[]): string => files.map(section).join('');

export const wantsDiff = (accept: string): boolean => /application\/vnd\.github\.(?:v3\.)?diff/.test(accept);
