import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { type Change, type Changes, changeSignals, readChanges } from './github/changes.ts';
import { changesView, counted, countsOf } from './github/changes-view.ts';
import { githubClient, githubEnvironment, webLink } from './github/client.ts';
import { withCi } from './github/deployed-ci.ts';
import { grantOf } from './github/permissions.ts';
import { repositoryInput } from './github/place.ts';
import { githubRefusal } from './github/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { isoTime, minuteMs, probeWindow, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({
  repository: repositoryInput,
  ...windowInput,
  ci: z.boolean().default(false).describe('Also read how the workflow runs of the newest deployed commits ended'),
});

/** Changes bite late: a flag is turned on, a job runs, a cache expires. */
const lookbackMs = 24 * 60 * minuteMs;

export const tool = defineTool({
  name: 'github_changes',
  source: 'github',
  description:
    'What changed in one repository in a window: merged pull requests with their diffs, commits without a pull request, ' +
    'deployments with their state, releases. Look back at least a day.',
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
        asked: `pull requests, commits, deployments and releases of ${repository}`,
        nowMs,
        blocks: `which changes in ${repository} could explain this`,
        grant: grantOf('contents', 'pull_requests', 'deployments'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const window = readWindow(asked, nowMs);
        const reading = { client, repository, window, signal };
        const changes = await readChanges(reading, catalogue);
        const read = asked.ci ? await withCi(reading, changes) : changes;
        const day = (atMs: number) => isoTime(atMs).slice(0, 10);
        const search = new URLSearchParams({ q: `is:pr merged:${day(window.fromMs)}..${day(window.toMs)}` });
        const link = webLink(environment, `${repository}/pulls?${search.toString()}`);
        return changesFinding(read, { repository, window, link });
      });
    };
  },
});

type Source = { readonly repository: string; readonly window: Window; readonly link: string };

function changesFinding(read: Changes, { repository, window, link }: Source): Finding {
  const { changes, unread } = read;
  const asked = `GET /repos/${repository}/pulls?state=closed, /commits, /deployments, /releases`;
  const query = `${asked}; ${isoTime(window.fromMs)} to ${isoTime(window.toMs)}`;
  if (changes.length === 0) {
    return { kind: 'empty', searched: `changes of ${repository}, ${sayWindow(window)}`, query, window, link };
  }
  return {
    kind: 'found',
    result: { repository, ...countsOf(changes), changes: changes.map(resultOf) },
    provenance: 'A',
    query,
    window,
    link,
    headline: headlineOf(repository, changes),
    chart: null,
    view: changesView(read, `${repository}, ${sayWindow(window)}`),
    signals: { changes: changeSignals(changes) },
    truncated: unread.length > 0 || changes.some((change) => change.cut),
  };
}

const resultOf = ({ event, kind, author, state }: Change) => ({
  id: event.id,
  kind,
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
    ...(counts.releases > 0 ? [counted(counts.releases, 'release')] : []),
  ].join(', ');
  const latest = (changes.find((change) => change.kind !== 'deploy') ?? changes[0])?.event;
  if (latest === undefined) return [`${repository}: ${says}.`];
  return [
    `${repository}: ${says}; the latest change, ${latest.id} at ${shortTime(latest.atMs)} UTC: `,
    taint(latest.title.slice(0, 160)),
  ];
}
