import type { Json } from '../core/json.ts';

/** One safety check of a revert. `hold` means a person must decide, `warn` is said on the card, `info` is context. */
export type RevertCheck = { readonly level: 'hold' | 'warn' | 'info'; readonly says: string };

/** Whether a merged change can be taken back, worked out from git objects alone, having only read. */
export type RollbackDraft =
  | {
      readonly kind: 'clean';
      /** Who can read the repository; absent: not known, and taken as public. */
      readonly readers?: 'members' | 'public';
      /** Parameters of the `rollback-pull-request` action without `branch`, `title` and `body`. */
      readonly parameters: { readonly [name: string]: Json };
      readonly files: readonly string[];
      readonly checks: readonly RevertCheck[];
      /** Unified diff of what the rollback would change, possibly cut. Outside text. */
      readonly diff: string;
    }
  | {
      readonly kind: 'conflict';
      readonly why: string;
      readonly files: readonly { readonly path: string; readonly why: string }[];
    }
  | { readonly kind: 'already-reverted' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly reason: string };

export type RollbackPlanner = (request: {
  readonly repository: string;
  readonly pullNumber: number | null;
  readonly sha: string;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}) => Promise<RollbackDraft>;

export type PullState = {
  readonly state: 'open' | 'merged' | 'closed';
  readonly mergedAtMs: number | null;
  readonly mergeSha: string | null;
  readonly checks: 'pending' | 'success' | 'failure' | 'none';
  /** The newest deployment of the merge commit or a later one, when the host knows deployments. */
  readonly deployment: { readonly state: string; readonly liveAtMs: number | null } | null;
};

export type PullWatch = (repository: string, number: number, signal: AbortSignal) => Promise<PullState>;
