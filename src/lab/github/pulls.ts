import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { cut, linkHeader, pageOf } from './call.ts';
import { diffText, wantsDiff } from './diff-text.ts';
import type { Comparison, FileDiff } from './git.ts';
import type { Handler, Pull, Repository, Visit } from './hub.ts';
import { planMerge } from './merge-plan.ts';
import { pullDetailJson, pullJson } from './pull-json.ts';
import { emptyReply, jsonReply, notFound, type Reply, refusal, textReply } from './reply.ts';

/** The pull request with its head where the branch is now, while it is open. */
export async function currentPull(repository: Repository, number: number): Promise<Pull | null> {
  const pull = repository.pulls.get(number);
  if (pull === undefined) return null;
  if (pull.state === 'closed') return pull;
  const headSha = (await repository.git.branch(pull.headRef)) ?? pull.headSha;
  if (headSha === pull.headSha) return pull;
  const moved = { ...pull, headSha };
  repository.pulls.set(number, moved);
  return moved;
}

/** What the pull request brings: against the base's tip while open, against the base it was merged into later. */
export async function comparisonOf(repository: Repository, pull: Pull): Promise<Comparison> {
  const tip = pull.merge === null ? await repository.git.branch(pull.baseRef) : null;
  return repository.git.compare(tip ?? pull.baseSha, pull.headSha);
}

const found = async (visit: Visit, answer: (pull: Pull) => Promise<Reply>): Promise<Reply> => {
  const pull = await currentPull(visit.repository, Number(visit.parameters[0]));
  return pull === null ? notFound() : answer(pull);
};

export async function pullDetail({ hub, repository }: Pick<Visit, 'hub' | 'repository'>, pull: Pull): Promise<Json> {
  const { files, ahead_by: commits } = await comparisonOf(repository, pull);
  const tip = await repository.git.branch(pull.baseRef);
  const plan = pull.state === 'open' && tip !== null ? await planMerge(repository.git, tip, pull.headSha) : null;
  const mergeable = plan === null ? null : plan.kind === 'clean';
  return {
    ...pullJson(hub, repository, pull),
    ...pullDetailJson(hub.origin, pull, { mergeable, commits, files }),
  };
}

const byTime = (sort: string, direction: string) => {
  const sign = direction === 'asc' ? 1 : -1;
  const moment = (pull: Pull): number => (sort === 'updated' ? pull.updatedAtMs : pull.createdAtMs);
  return (left: Pull, right: Pull): number => sign * (moment(left) - moment(right) || left.number - right.number);
};

export const listPulls: Handler = async ({ hub, repository, call }) => {
  const ask = (name: string): string | null => call.query.get(name);
  const state = ask('state') ?? 'open';
  const sort = ask('sort') ?? 'created';
  const [owner = ''] = repository.fullName.split('/');
  const numbers = [...repository.pulls.keys()];
  const all = await Promise.all(numbers.map((number) => currentPull(repository, number)));
  const matching = all
    .filter((pull) => pull !== null)
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => ask('base') === null || pull.baseRef === ask('base'))
    .filter((pull) => ask('head') === null || [pull.headRef, `${owner}:${pull.headRef}`].includes(ask('head') ?? ''))
    .sort(byTime(sort, ask('direction') ?? (sort === 'created' ? 'desc' : 'asc')));
  const page = cut(matching, pageOf(call.query));
  const body = page.map((pull) => pullJson(hub, repository, pull));
  return jsonReply(200, body, linkHeader(hub.origin, call, matching.length));
};

export const getPull: Handler = (visit) =>
  found(visit, async (pull) =>
    wantsDiff(visit.call.accept)
      ? textReply(diffText((await comparisonOf(visit.repository, pull)).files))
      : jsonReply(200, await pullDetail(visit, pull)),
  );

const jsonFiles = (files: readonly FileDiff[]): readonly Json[] => z.array(z.json()).parse(files);

export const listPullFiles: Handler = (visit) =>
  found(visit, async (pull) => {
    const { files } = await comparisonOf(visit.repository, pull);
    const link = linkHeader(visit.hub.origin, visit.call, files.length);
    return jsonReply(200, jsonFiles(cut(files, pageOf(visit.call.query))), link);
  });

export const listPullCommits: Handler = (visit) =>
  found(visit, async (pull) => {
    const { commits } = await comparisonOf(visit.repository, pull);
    const link = linkHeader(visit.hub.origin, visit.call, commits.length);
    return jsonReply(200, z.array(z.json()).parse(cut(commits, pageOf(visit.call.query))), link);
  });

export const isMerged: Handler = (visit) =>
  found(visit, async (pull) => (pull.merge === null ? notFound() : emptyReply(204)));

/** Pull requests that brought a commit: merged as it, headed by it, or containing it. */
export const listPullsOfCommit: Handler = async ({ hub, repository, call, parameters }) => {
  const commit = await repository.git.commit(parameters[0] ?? '');
  if (commit === null) return refusal(422, `No commit found for SHA: ${parameters[0] ?? ''}`);
  const contains = async (pull: Pull): Promise<boolean> => {
    if (pull.merge?.sha === commit.sha || pull.headSha === commit.sha) return true;
    return (await comparisonOf(repository, pull)).commits.some(({ sha }) => sha === commit.sha);
  };
  const pulls = [...repository.pulls.values()];
  const flags = await Promise.all(pulls.map(contains));
  const matching = pulls.filter((_, index) => flags[index]);
  const page = cut(matching, pageOf(call.query));
  const body = page.map((pull) => pullJson(hub, repository, pull));
  return jsonReply(200, body, linkHeader(hub.origin, call, matching.length));
};
