import type { Json } from '../../core/json.ts';
import { keyOf } from '../dice.ts';
import type { Repository } from './hub.ts';
import { nodeId } from './hub.ts';
import { toTimestamp } from './timestamps.ts';

/** GitHub's simple user. */
export function userJson(origin: string, login: string): { readonly [key: string]: Json } {
  const api = `${origin}/users/${encodeURIComponent(login)}`;
  return {
    login,
    id: keyOf(login),
    node_id: nodeId('User', keyOf(login)),
    avatar_url: `${origin}/avatars/${encodeURIComponent(login)}`,
    gravatar_id: '',
    url: api,
    html_url: `${origin}/${encodeURIComponent(login)}`,
    followers_url: `${api}/followers`,
    following_url: `${api}/following{/other_user}`,
    gists_url: `${api}/gists{/gist_id}`,
    starred_url: `${api}/starred{/owner}{/repo}`,
    subscriptions_url: `${api}/subscriptions`,
    organizations_url: `${api}/orgs`,
    repos_url: `${api}/repos`,
    events_url: `${api}/events{/privacy}`,
    received_events_url: `${api}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    site_admin: false,
  };
}

/** What the holder of a token gets for `GET /user`. */
export const accountJson = (origin: string, login: string): Json => ({
  ...userJson(origin, login),
  name: login,
  company: null,
  blog: null,
  location: null,
  email: null,
  hireable: null,
  bio: null,
  public_repos: 0,
  public_gists: 0,
  followers: 0,
  following: 0,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-01T00:00:00Z',
});

/** The emulator's repository, with an owner in full and moments of the lab's clock. */
export function repositoryJson(origin: string, repository: Repository): { readonly [key: string]: Json } {
  const [owner = ''] = repository.fullName.split('/');
  return {
    ...repository.profile,
    owner: { ...userJson(origin, owner), type: 'Organization' },
    git_url: `git://github.lab/${repository.fullName}.git`,
    ssh_url: `git@github.lab:${repository.fullName}.git`,
    private: true,
    visibility: 'private',
    allow_rebase_merge: false,
    created_at: toTimestamp(repository.createdAtMs),
    updated_at: toTimestamp(repository.tip.movedAtMs),
    pushed_at: toTimestamp(repository.tip.movedAtMs),
    open_issues_count: [...repository.pulls.values()].filter((pull) => pull.state === 'open').length,
  };
}

/** GitHub's integration object, as check runs and deployments by CI carry it. */
export const ciAppJson = (origin: string, atMs: number): Json => ({
  id: 15_368,
  slug: 'github-actions',
  node_id: nodeId('App', 15_368),
  owner: userJson(origin, 'github'),
  name: 'GitHub Actions',
  description: 'CI of the lab',
  external_url: `${origin}/apps/github-actions`,
  html_url: `${origin}/apps/github-actions`,
  created_at: toTimestamp(atMs),
  updated_at: toTimestamp(atMs),
  permissions: { checks: 'write', contents: 'read' },
  events: [],
});
