import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type Change, readChanges } from './github/changes.ts';
import { githubClient, githubEnvironment, repositoryInput, webLink } from './github/client.ts';
import { cutAtLine } from './github/diff.ts';
import { pullsMax } from './github/reading.ts';
import { githubRefusal } from './github/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { isoTime, minuteMs, probeWindow, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ repository: repositoryInput, ...windowInput });

/** Changes bite late: a flag is turned on, a job runs, a cache expires. */
const lookbackMs = 24 * 60 * minuteMs;

export const tool = defineTool({
  name: 'github_changes',
  source: 'github',
  description:
    'What changed in one repository in a window: merged pull requests with their diffs, commits without a pull request ' +
    'and deployments with their state. Look back at least a day.',
  environment: githubEnvironment,
  input,
  probes: ({ catalogue, scope, window }) => {
    const near = scope.map((service) => service.repository);
    const repositories = [...near, ...catalogue.services.map((service) => service.repository)];
    const asked = { fromMs: Math.min(window.fromMs, window.toMs - lookbackMs), toMs: window.toMs };
    return [...new Set(repositories)]
      .flatMap((repository) => (repository === null ? [] : [{ repository, ...probeWindow(asked) }]))
      .slice(0, 12);
  },
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { catalogue, nowMs, signal }) => {
      const { repository } = asked;
      const attempt = {
        vendor: 'GitHub',
        asked: `pull requests, commits and deployments of ${repository}`,
        nowMs,
        blocks: `which changes in ${repository} could explain this`,
        grant: 'contents: read, pull requests: read, deployments: read',
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const window = readWindow(asked, nowMs);
        const read = await readChanges({ client, repository, window, signal }, catalogue);
        const day = (atMs: number) => isoTime(atMs).slice(0, 10);
        const search = new URLSearchParams({ q: `is:pr merged:${day(window.fromMs)}..${day(window.toMs)}` });
        return changesFinding(read, {
          repository,
          window,
          link: webLink(environment, `${repository}/pulls?${search.toString()}`),
        });
      });
    };
  },
});

type Source = { readonly repository: string; readonly window: Window; readonly link: string };

function changesFinding(changes: readonly Change[], { repository, window, link }: Source): Finding {
  const query = `GET /repos/${repository}/pulls?state=closed, /commits, /deployments; ${isoTime(window.fromMs)} to ${isoTime(window.toMs)}`;
  if (changes.length === 0) {
    return { kind: 'empty', searched: `changes of ${repository}, ${sayWindow(window)}`, query, window, link };
  }
  const pulls = changes.filter((change) => change.event.kind === 'pull-request');
  return {
    kind: 'found',
    result: { repository, ...countsOf(changes), changes: changes.map(resultOf) },
    provenance: 'A',
    query,
    window,
    link,
    headline: headlineOf(repository, changes),
    chart: null,
    view: taint(viewOf(changes)),
    signals: { changes: changes.map((change) => change.event) },
    truncated: pulls.length >= pullsMax || changes.some((change) => change.cut),
  };
}

const countsOf = (changes: readonly Change[]) => ({
  pullRequests: changes.filter((change) => change.event.kind === 'pull-request').length,
  deployments: changes.filter((change) => change.event.kind === 'deploy').length,
  directCommits: changes.filter((change) => change.event.kind === 'commit').length,
});

const resultOf = ({ event, author, state }: Change) => ({
  id: event.id,
  kind: event.kind,
  service: event.service,
  at: isoTime(event.atMs),
  title: event.title,
  author,
  state,
  sha: event.sha,
  paths: event.paths,
  diff: event.diff,
});

function headlineOf(repository: string, changes: readonly Change[]): Extract<Finding, { kind: 'found' }>['headline'] {
  const counts = countsOf(changes);
  const says = [
    counted(counts.pullRequests, 'merged pull request'),
    counted(counts.deployments, 'deployment'),
    counted(counts.directCommits, 'direct commit'),
  ].join(', ');
  const latest = (changes.find((change) => change.event.kind !== 'deploy') ?? changes[0])?.event;
  if (latest === undefined) return [`${repository}: ${says}.`];
  return [
    `${repository}: ${says}; the latest change, ${latest.id} at ${shortTime(latest.atMs)} UTC: `,
    taint(latest.title.slice(0, 160)),
  ];
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const viewCharactersMax = 7_500;
const hunkCharactersMax = 1_000;

/** Every change on a line first, then hunks, newest first, as far as they fit. */
function viewOf(changes: readonly Change[]): string {
  const rows = changes.slice(0, 40).map(rowOf);
  const hunks = changes
    .filter(({ event }) => event.diff !== '')
    .map(({ event }) => `diff of ${event.id}:\n${cutAtLine(event.diff, hunkCharactersMax).text}`);
  const fitting: string[] = [];
  let left = viewCharactersMax - rows.join('\n').length;
  for (const hunk of hunks) {
    if (hunk.length > left) continue;
    fitting.push(hunk);
    left -= hunk.length + 1;
  }
  return [...rows, ...fitting].join('\n');
}

function rowOf({ event, state }: Change): string {
  const more = event.paths.length > 6 ? ` +${event.paths.length - 6}` : '';
  const paths = `${event.paths.slice(0, 6).join(' ')}${more}`;
  const about = [event.id, event.service ?? '?', event.title.slice(0, 140), state ?? '', paths];
  return [shortTime(event.atMs), event.kind, ...about].filter((part) => part !== '').join(' | ');
}
