/** What these credentials may do, as far as GitHub tells. */
import { z } from 'zod';
import type { Check } from '../../src/integration.ts';
import { scopesCheck } from '../reading/examine.ts';
import type { Refusal } from '../reading/failure.ts';
import type { GitHubClient } from './client.ts';
import { neededPermissions } from './permissions.ts';
import { at, type Place } from './place.ts';
import { githubRefusal } from './refusal.ts';

/** What one request was answered: the refusal, or null; its headers either way. */
export type Tried = { readonly refusal: Refusal | null; readonly headers: { readonly [name: string]: unknown } };

const answered = z.object({ headers: z.record(z.string(), z.unknown()) });
const refused = z.object({ response: answered });

export async function tryOut(signal: AbortSignal, run: () => Promise<unknown>): Promise<Tried> {
  try {
    return { refusal: null, headers: answered.safeParse(await run()).data?.headers ?? {} };
  } catch (error) {
    const refusal = githubRefusal(error, signal);
    if (refusal === null) throw error;
    return { refusal, headers: refused.safeParse(error).data?.response.headers ?? {} };
  }
}

type Permission = (typeof neededPermissions)[number];
export type Probed = { readonly permission: Permission; readonly refusal: Refusal | null };

/** One cheap read for each needed permission. */
export function probePermissions(place: Place): Promise<readonly Probed[]> {
  const { rest } = place.client;
  const one = { ...at(place), per_page: 1 };
  const reads: { readonly [Name in Permission]: () => Promise<unknown> } = {
    actions: () => rest.actions.listWorkflowRunsForRepo(one),
    contents: () => rest.repos.listCommits(one),
    deployments: () => rest.repos.listDeployments(one),
    issues: () => rest.issues.listForRepo(one),
    metadata: () => rest.repos.get(at(place)),
    pull_requests: () => rest.pulls.list(one),
  };
  return Promise.all(
    neededPermissions.map(async (permission) => {
      const { refusal } = await tryOut(place.signal, reads[permission]);
      return { permission, refusal };
    }),
  );
}

/** GitHub hides what may not be seen: 404 is as much a refusal as 403. */
const isRefused = ({ refusal }: Probed): boolean => refusal?.kind === 'forbidden' || refusal?.kind === 'not-found';

const installation = z.object({ permissions: z.record(z.string(), z.string()) });

/** An App's installation lists its permissions with their levels. */
export async function readInstallation(client: GitHubClient): Promise<{ readonly [permission: string]: string }> {
  return installation.parse(await client.auth({ type: 'installation' })).permissions;
}

export function installationCheck(permissions: { readonly [name: string]: string }, grants: string): Check {
  const levels = Object.entries(permissions);
  const isNeeded = (name: string): boolean => neededPermissions.some((needed) => needed === name);
  const excess = levels.filter(([name, level]) => level !== 'read' || !isNeeded(name));
  return scopesCheck({
    granted: levels.map(([name]) => name),
    needed: neededPermissions,
    excess: excess.map(([name, level]) => `${name}: ${level}`),
    grants,
  });
}

/** A classic token names its scopes in a header, a fine-grained one nothing: then only trying tells. */
export function tokenCheck(scopes: unknown, probed: readonly Probed[] | null, grants: string): Check {
  const held = typeof scopes === 'string' ? scopes.split(',').map((scope) => scope.trim()) : [];
  const excess = held.filter((scope) => scope !== '').map((scope) => `the classic scope ${scope}`);
  const granted = probed === null ? null : probed.filter((one) => !isRefused(one)).map(({ permission }) => permission);
  const check = scopesCheck({ granted: granted ?? neededPermissions, needed: neededPermissions, excess, grants });
  if (check.state === 'problem') return check;
  const says =
    granted === null
      ? `it does not tell what is granted; needed: ${neededPermissions.join(', ')}`
      : `each needed permission was tried and is granted: ${neededPermissions.join(', ')}; what else is, GitHub does not tell`;
  return { name: 'scopes', state: 'unknown', says, fix: null };
}
