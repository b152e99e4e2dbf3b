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
