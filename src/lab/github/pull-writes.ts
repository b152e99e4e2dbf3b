import { z } from 'zod';
import type { Handler, Pull, Visit } from './hub.ts';
import { planMerge } from './merge-plan.ts';
import { currentPull, pullDetail } from './pulls.ts';
import { jsonReply, notFound, type Reply, refusal } from './reply.ts';
import { toTimestamp } from './timestamps.ts';

const invalid = (field: string, code: string, message: string | null = null): Reply =>
  refusal(422, 'Validation Failed', [
    { resource: 'PullRequest', field, code, ...(message === null ? {} : { message }) },
  ]);

const createSchema = z.object({
  title: z.string().min(1),
  head: z.string().min(1),
  base: z.string().min(1),
  body: z.string().nullish(),
  draft: z.boolean().optional(),
});

const nextNumber = (pulls: Iterable<number>): number => Math.max(0, ...pulls) + 1;

export const createPull: Handler = async ({ hub, repository, call }) => {
  const parsed = createSchema.safeParse(call.body);
  if (!parsed.success) return invalid(String(parsed.error.issues[0]?.path[0] ?? 'title'), 'missing_field');
  const { title, base, body = null, draft = false } = parsed.data;
  const [owner = ''] = repository.fullName.split('/');
  const head = parsed.data.head.startsWith(`${owner}:`) ? parsed.data.head.slice(owner.length + 1) : parsed.data.head;
  const [headSha, baseSha] = [await repository.git.branch(head), await repository.git.branch(base)];
  if (headSha === null) return invalid('head', 'invalid');
  if (baseSha === null) return invalid('base', 'invalid');
  const twin = [...repository.pulls.values()].find(
    (other) => other.state === 'open' && other.headRef === head && other.baseRef === base,
  );
  if (twin) return invalid('head', 'custom', `A pull request already exists for ${owner}:${head}.`);
  if ((await repository.git.compare(baseSha, headSha)).ahead_by === 0) {
    return invalid('head', 'custom', `No commits between ${base} and ${head}`);
  }
  const pull: Pull = {
    id: hub.nextId(),
    number: nextNumber(repository.pulls.keys()),
    title,
    body,
    author: call.actor,
    draft,
    state: 'open',
    headRef: head,
    headSha,
    baseRef: base,
    baseSha,
    createdAtMs: call.nowMs,
    updatedAtMs: call.nowMs,
    closedAtMs: null,
    merge: null,
  };
  repository.pulls.set(pull.number, pull);
  const created = jsonReply(201, await pullDetail({ hub, repository }, pull));
  return { ...created, headers: { ...created.headers, location: `${hub.origin}${call.path}/${pull.number}` } };
};

const editSchema = z.object({
  title: z.string().min(1).optional(),
  body: z.string().nullish(),
  state: z.enum(['open', 'closed']).optional(),
});

export const editPull: Handler = async ({ hub, repository, call, parameters }) => {
  const pull = await currentPull(repository, Number(parameters[0]));
  if (pull === null) return notFound();
  const parsed = editSchema.safeParse(call.body);
  if (!parsed.success) return invalid(String(parsed.error.issues[0]?.path[0] ?? 'state'), 'invalid');
  const { title = pull.title, state = pull.state } = parsed.data;
  if (pull.merge !== null && state === 'open') return invalid('state', 'invalid');
  const body = parsed.data.body === undefined ? pull.body : parsed.data.body;
  const closedAtMs = state === 'open' ? null : (pull.closedAtMs ?? call.nowMs);
  const edited: Pull = { ...pull, title, body, state, closedAtMs, updatedAtMs: call.nowMs };
  repository.pulls.set(pull.number, edited);
  return jsonReply(200, await pullDetail({ hub, repository }, edited));
};

const mergeSchema = z.object({
  sha: z.string().optional(),
  merge_method: z.enum(['merge', 'squash', 'rebase']).default('merge'),
  commit_title: z.string().optional(),
  commit_message: z.string().optional(),
});
type MergeRequest = z.infer<typeof mergeSchema>;

/** Why GitHub would not merge, or null. People at the page mark a draft ready by merging it; a token cannot. */
function obstacle(pull: Pull, request: MergeRequest, person: boolean): Reply | null {
  if (pull.state === 'closed') return refusal(405, 'Pull Request is not mergeable');
  if (pull.draft && !person) return refusal(405, 'Pull Request is still a draft');
  if (request.sha !== undefined && request.sha !== pull.headSha) {
    return refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  if (request.merge_method === 'rebase') return refusal(405, 'Rebase merges are not allowed on this repository.');
  return null;
}

async function writeMerge(
  visit: Visit,
  pull: Pull,
  request: MergeRequest,
): Promise<{ sha: string; baseSha: string } | null> {
  const { git, fullName } = visit.repository;
  const tip = await git.branch(pull.baseRef);
  if (tip === null) return null;
  const plan = await planMerge(git, tip, pull.headSha);
  if (plan.kind === 'conflict') return null;
  const base = await git.commit(tip);
  const tree = await git.writeTree(base?.tree.sha ?? null, plan.writes);
  const squash = request.merge_method === 'squash';
  const [owner = ''] = fullName.split('/');
  const title = squash
    ? `${pull.title} (#${pull.number})`
    : `Merge pull request #${pull.number} from ${owner}/${pull.headRef}`;
  const text = request.commit_message ?? (squash ? '' : pull.title);
  const date = toTimestamp(visit.call.nowMs);
  const author = squash ? pull.author : visit.call.actor;
  const sha = await git.writeCommit({
    message: [request.commit_title ?? title, text].filter((part) => part !== '').join('\n\n'),
    tree,
    parents: squash ? [tip] : [tip, pull.headSha],
    author: { name: author, email: `${author}@users.noreply.github.com`, date },
    committer: { name: 'GitHub', email: 'noreply@github.com', date },
  });
  await git.moveBranch(pull.baseRef, sha);
  return { sha, baseSha: tip };
}

export const mergePullRequest: Handler = async (visit) => {
  const { repository, call } = visit;
  const pull = await currentPull(repository, Number(visit.parameters[0]));
  if (pull === null) return notFound();
  const parsed = mergeSchema.safeParse(call.body ?? {});
  if (!parsed.success) return invalid('merge_method', 'invalid');
  const refused = obstacle(pull, parsed.data, call.person);
  if (refused) return refused;
  const written = await writeMerge(visit, pull, parsed.data);
  if (written === null) return refusal(405, 'Pull Request is not mergeable');
  const { sha, baseSha } = written;
  repository.pulls.set(pull.number, {
    ...pull,
    baseSha,
    draft: false,
    state: 'closed',
    updatedAtMs: call.nowMs,
    closedAtMs: call.nowMs,
    merge: { sha, by: call.actor, atMs: call.nowMs },
  });
  return jsonReply(200, { sha, merged: true, message: 'Pull Request successfully merged' });
};
