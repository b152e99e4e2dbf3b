import type { Json } from '../../core/json.ts';
import type { Intervention } from '../world.ts';
import type { Backend } from './backend.ts';
import type { Call } from './call.ts';
import type { Git } from './git.ts';
import type { Reply } from './reply.ts';

/** A pull request as the front keeps it: the emulator's own would carry machine time. Replaced, never changed. */
export type Pull = {
  readonly id: number;
  readonly number: number;
  readonly title: string;
  readonly body: string | null;
  readonly author: string;
  readonly draft: boolean;
  readonly state: 'open' | 'closed';
  readonly headRef: string;
  readonly headSha: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly closedAtMs: number | null;
  readonly merge: { readonly sha: string; readonly by: string; readonly atMs: number } | null;
};

type DeploymentState = 'error' | 'failure' | 'inactive' | 'pending' | 'success' | 'queued' | 'in_progress';

/** A status may lie in the future: it shows when the clock gets there. */
export type DeploymentStatus = {
  readonly id: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly creator: string;
  readonly atMs: number;
};

export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: Json;
  readonly description: string;
  readonly creator: string;
  readonly createdAtMs: number;
  readonly statuses: readonly DeploymentStatus[];
};

type WorkflowInput = { readonly name: string; readonly required: boolean };

export type Workflow = {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly inputs: readonly WorkflowInput[];
};

export type WorkflowRun = {
  readonly id: number;
  readonly number: number;
  readonly workflow: Workflow;
  readonly inputs: { readonly [name: string]: string };
  readonly ref: string;
  readonly sha: string;
  readonly actor: string;
  readonly createdAtMs: number;
  /** An earlier run had the same idempotency key: this one ends at once and does nothing. */
  readonly skipped: boolean;
};

export type Repository = {
  readonly fullName: string;
  readonly git: Git;
  /** The emulator's own description of the repository. */
  readonly profile: { readonly [key: string]: Json };
  readonly createdAtMs: number;
  readonly workflows: readonly Workflow[];
  readonly pulls: Map<number, Pull>;
  readonly deployments: Map<number, Deployment>;
  readonly runs: Map<number, WorkflowRun>;
  /** What the faulty merge left: path to blob id, null for a deleted file. Empty where nothing is faulty. */
  readonly faultyBlobs: Map<string, string | null>;
  /** Tip of the default branch as last seen. */
  readonly tip: { sha: string; movedAtMs: number };
};

export type Hub = {
  readonly origin: string;
  readonly backend: Backend;
  readonly repositories: ReadonlyMap<string, Repository>;
  /** Services that CI deploys when these paths of the repository change. */
  readonly servicesOf: (repository: string, paths: readonly string[]) => readonly string[];
  /** The next id; the same sequence after a restart. */
  readonly nextId: () => number;
  /** Told to the world once the write is on disk. */
  readonly raised: Intervention[];
};

export const defaultBranch = 'main';

export type Visit = {
  readonly hub: Hub;
  readonly repository: Repository;
  readonly call: Call;
  /** What the route's pattern captured after owner and name. */
  readonly parameters: readonly string[];
};

export type Handler = (visit: Visit) => Promise<Reply>;

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}${id}`).toString('base64url');
