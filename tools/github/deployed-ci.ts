/** Whether CI passed on what was deployed. One request a commit, so only when asked. */
import type { Change, Changes } from './changes.ts';
import { grantOf } from './permissions.ts';
import type { Place } from './place.ts';
import { githubRefusal } from './refusal.ts';
import { readRuns, runsState } from './workflow-runs.ts';

const commitsMax = 5;

/** Adds the state of the workflow runs to the newest deployments; says so where they cannot be read. */
export async function withCi(place: Place, read: Changes): Promise<Changes> {
  const shas = read.changes.flatMap(({ kind, event }) => (kind === 'deploy' ? (event.sha ?? []) : []));
  const newest = [...new Set(shas)].slice(0, commitsMax);
  const states = await orRefused(place, () => Promise.all(newest.map((sha) => stateOf(place, sha))));
  if (states === null) {
    return { ...read, unread: [...read.unread, `workflow runs (${grantOf('actions')} is missing)`] };
  }
  const bySha = new Map(states);
  return { ...read, changes: read.changes.map((change) => withState(change, bySha.get(change.event.sha ?? ''))) };
}

async function stateOf(place: Place, sha: string): Promise<readonly [string, string]> {
  const { items } = await readRuns(place, { headSha: sha, pagesMax: 1 });
  return [sha, runsState(items)];
}

const withState = (change: Change, ci: string | undefined): Change =>
  ci === undefined || change.kind !== 'deploy' ? change : { ...change, state: `${change.state}, ${ci}` };

/** Null where a permission is missing; what else fails fails the call. */
async function orRefused<Value>({ signal }: Place, run: () => Promise<Value>): Promise<Value | null> {
  try {
    return await run();
  } catch (error) {
    const kind = githubRefusal(error, signal)?.kind;
    if (kind === 'forbidden' || kind === 'not-found') return null;
    throw error;
  }
}
