import type { FileAnswer } from './answers.ts';

// Nobody finds a cause by reading these, and they fill any limit.
const noise =
  /(?:^|\/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|poetry\.lock|uv\.lock|Gemfile\.lock|composer\.lock)$|\.min\.(?:js|css)$|\.(?:map|snap|svg)$|(?:^|\/)(?:dist|vendor|node_modules)\//u;

const patchCharactersMax = 4_000;
const diffCharactersMax = 20_000;

export type BoundedDiff = { readonly diff: string; readonly cut: boolean };

/** A unified diff of the files worth reading, each file's hunks cut at a line end. */
export function boundedDiff(files: readonly FileAnswer[]): BoundedDiff {
  const readable = files.filter((file) => file.patch !== undefined && !noise.test(file.filename));
  const parts: string[] = [];
  let left = diffCharactersMax;
  let cut = false;
  for (const file of readable) {
    const patch = cutAtLine(file.patch ?? '', Math.min(patchCharactersMax, left));
    cut ||= patch.cut;
    if (patch.text !== '') parts.push(`--- a/${file.filename}\n+++ b/${file.filename}\n${patch.text}`);
    left -= patch.text.length;
  }
  return { diff: parts.join('\n'), cut };
}

/** The text up to the last whole line within `max` characters. */
export function cutAtLine(text: string, max: number): { readonly text: string; readonly cut: boolean } {
  if (text.length <= max) return { text, cut: false };
  const end = text.lastIndexOf('\n', max);
  return { text: end <= 0 ? '' : text.slice(0, end), cut: true };
}
