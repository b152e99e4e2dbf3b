/** What happened in the shop's repositories, as plain data. The GitHub counterpart turns it into commits. */

/** One file of one pull request. `before` is null for a new file, `after` is null for a deleted one. */
export type FileChange = { readonly path: string; readonly before: string | null; readonly after: string | null };

/** One rollout of one service that the merge started. Milliseconds since the epoch. */
export type Deploy = { readonly service: string; readonly startedAtMs: number; readonly liveAtMs: number };

/** One merged pull request. In one repository, `number` counts from 1 in merge order. */
export type PullHistory = {
  readonly repository: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly author: string;
  readonly branch: string;
  readonly files: readonly FileChange[];
  readonly createdAtMs: number;
  readonly mergedAtMs: number;
  readonly deploys: readonly Deploy[];
  /** The change that broke the shop. Known to the lab only. */
  readonly faulty: boolean;
};

/** A file as it is before the first pull request of the history. */
export type InitialFile = { readonly path: string; readonly content: string };
