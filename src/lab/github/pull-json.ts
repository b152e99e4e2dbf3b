import type { Json } from '../../core/json.ts';
import type { FileDiff } from './git.ts';
import type { Hub, Pull, Repository } from './hub.ts';
import { nodeId } from './hub.ts';
import { repositoryJson, userJson } from './shapes.ts';
import { toTimestamp, toTimestampOrNull } from './timestamps.ts';

const linksOf = (origin: string, repository: string, pull: Pull) => {
  const api = `${origin}/repos/${repository}`;
  return {
    self: `${api}/pulls/${pull.number}`,
    html: `${origin}/${repository}/pull/${pull.number}`,
    issue: `${api}/issues/${pull.number}`,
    comments: `${api}/issues/${pull.number}/comments`,
    review_comments: `${api}/pulls/${pull.number}/comments`,
    review_comment: `${api}/pulls/comments{/number}`,
    commits: `${api}/pulls/${pull.number}/commits`,
    statuses: `${api}/statuses/${pull.headSha}`,
  };
};

/** The form GitHub gives in lists. */
export function pullJson(hub: Hub, repository: Repository, pull: Pull): { readonly [key: string]: Json } {
  const links = linksOf(hub.origin, repository.fullName, pull);
  const [owner = ''] = repository.fullName.split('/');
  const repo = repositoryJson(hub.origin, repository);
  const side = (ref: string, sha: string): Json => ({
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: { ...userJson(hub.origin, owner), type: 'Organization' },
    repo,
  });
  return {
    url: links.self,
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    html_url: links.html,
    diff_url: `${links.html}.diff`,
    patch_url: `${links.html}.patch`,
    issue_url: links.issue,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    comments_url: links.comments,
    statuses_url: links.statuses,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: userJson(hub.origin, pull.author),
    body: pull.body,
    labels: [],
    milestone: null,
    active_lock_reason: null,
    created_at: toTimestamp(pull.createdAtMs),
    updated_at: toTimestamp(pull.updatedAtMs),
    closed_at: toTimestampOrNull(pull.closedAtMs),
    merged_at: toTimestampOrNull(pull.merge?.atMs ?? null),
    merge_commit_sha: pull.merge?.sha ?? null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    head: side(pull.headRef, pull.headSha),
    base: side(pull.baseRef, pull.baseSha),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    author_association: pull.author.endsWith('[bot]') ? 'NONE' : 'MEMBER',
    auto_merge: null,
    draft: pull.draft,
  };
}

export type PullDetail = {
  readonly mergeable: boolean | null;
  readonly commits: number;
  readonly files: readonly FileDiff[];
};

/** What GitHub adds when one pull request is asked for. */
export function pullDetailJson(origin: string, pull: Pull, detail: PullDetail): { readonly [key: string]: Json } {
  const sum = (count: (file: FileDiff) => number): number =>
    detail.files.reduce((total, file) => total + count(file), 0);
  const state = detail.mergeable ? 'clean' : 'dirty';
  return {
    merged: pull.merge !== null,
    mergeable: detail.mergeable,
    rebaseable: detail.mergeable,
    mergeable_state: detail.mergeable === null ? 'unknown' : state,
    merged_by: pull.merge === null ? null : userJson(origin, pull.merge.by),
    comments: 0,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: detail.commits,
    additions: sum((file) => file.additions),
    deletions: sum((file) => file.deletions),
    changed_files: detail.files.length,
  };
}
