/** A millisecond holds this many edits of one process before they reach into the next one. */
const editsPerMs = 1_000;

/**
 * Versions of edits: by the clock, so that replicas agree about which is newest, and never twice the same in one
 * process, so that two edits within one millisecond are both shown.
 */
export function createEditVersions(): (nowMs: number) => number {
  let last = 0;
  return (nowMs) => {
    last = Math.max(last + 1, nowMs * editsPerMs);
    return last;
  };
}
