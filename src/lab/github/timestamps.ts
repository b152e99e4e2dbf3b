/** GitHub's form of a moment: whole seconds, UTC. */
export const toTimestamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

export const toTimestampOrNull = (ms: number | null): string | null => (ms === null ? null : toTimestamp(ms));
