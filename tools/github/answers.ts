/** The parts of GitHub's REST answers that we read. A missing part that matters fails the call. */
import { z } from 'zod';

const sha = z.string().regex(/^[0-9a-f]{40}$/);
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const login = z
  .object({ login: z.string() })
  .nullish()
  .transform((user) => user?.login ?? 'unknown');

export const pullAnswer = z.object({
  number: z.int().positive(),
  title: z.string(),
  user: login,
  merged_at: instant.nullable(),
  updated_at: instant,
  merge_commit_sha: sha.nullable(),
});
export type PullAnswer = z.output<typeof pullAnswer>;

export const fileAnswer = z.object({
  filename: z.string().min(1),
  /** Of a renamed file. */
  previous_filename: z.string().optional(),
  status: z.string(),
  additions: z.int().default(0),
  deletions: z.int().default(0),
  /** Absent for binary and for very large files. */
  patch: z.string().optional(),
});
export type FileAnswer = z.output<typeof fileAnswer>;

const gitPerson = z.object({ name: z.string().default('unknown'), date: instant }).nullable();

export const commitAnswer = z.object({
  sha,
  parents: z.array(z.object({ sha })),
  commit: z.object({ message: z.string(), committer: gitPerson, author: gitPerson }),
});
export type CommitAnswer = z.output<typeof commitAnswer>;

export const commitWithFiles = commitAnswer.extend({ files: z.array(fileAnswer).default([]) });

export const deploymentAnswer = z.object({
  id: z.int(),
  sha,
  environment: z.string(),
  created_at: instant,
  payload: z.unknown(),
});
export type DeploymentAnswer = z.output<typeof deploymentAnswer>;

export const releaseAnswer = z.object({
  id: z.int(),
  tag_name: z.string(),
  name: z.string().nullable(),
  draft: z.boolean(),
  prerelease: z.boolean(),
  published_at: instant.nullable(),
  author: login,
});
export type ReleaseAnswer = z.output<typeof releaseAnswer>;

export const comparisonAnswer = z.object({
  status: z.enum(['diverged', 'ahead', 'behind', 'identical']),
  ahead_by: z.int(),
  behind_by: z.int(),
  total_commits: z.int(),
  merge_base_commit: z.object({ sha }),
  commits: z.array(commitAnswer.extend({ author: login })),
  files: z.array(fileAnswer).default([]),
});
export type ComparisonAnswer = z.output<typeof comparisonAnswer>;

export const runsAnswer = z.object({
  total_count: z.int(),
  workflow_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string().nullish(),
      display_title: z.string().default(''),
      path: z.string().default(''),
      event: z.string(),
      status: z.string().nullable(),
      conclusion: z.string().nullable(),
      head_sha: sha,
      head_branch: z.string().nullable(),
      run_attempt: z.int().default(1),
      created_at: instant,
    }),
  ),
});
export type RunAnswer = z.output<typeof runsAnswer>['workflow_runs'][number];

export const jobsAnswer = z.object({
  total_count: z.int(),
  jobs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      conclusion: z.string().nullable(),
      steps: z.array(z.object({ name: z.string(), conclusion: z.string().nullable() })).default([]),
    }),
  ),
});

export const treeAnswer = z.object({
  sha,
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string(), size: z.int().optional() })),
});
export type TreeEntry = z.output<typeof treeAnswer>['tree'][number];

/** Base64 as GitHub sends it, with line breaks. */
export const blobAnswer = z.object({ encoding: z.literal('base64'), content: z.string() });

/** `content` is empty and `encoding` is `none` from one megabyte on. */
export const contentAnswer = z.object({ sha, encoding: z.string(), content: z.string() });

export const repositoryAnswer = z.object({ full_name: z.string(), default_branch: z.string() });

export const issuesAnswer = z.object({
  total_count: z.int(),
  incomplete_results: z.boolean(),
  items: z.array(
    z.object({
      number: z.int().positive(),
      title: z.string(),
      body: z.string().nullish(),
      state: z.string(),
      user: login,
      author_association: z.string().default('NONE'),
      labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })])),
      comments: z.int().default(0),
      created_at: instant,
      updated_at: instant,
      closed_at: instant.nullable(),
    }),
  ),
});
export type IssueAnswer = z.output<typeof issuesAnswer>['items'][number];

export const deploymentStatus = z.object({ state: z.string(), created_at: instant });

/** A deployment's payload is anything its creator wrote: an object, or text that may hold one. */
export function payloadService(payload: unknown): string | null {
  const value = typeof payload === 'string' ? parseJson(payload) : payload;
  return z.object({ service: z.string() }).safeParse(value).data?.service ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
