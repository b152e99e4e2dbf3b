import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import type { IssueAnswer } from './github/answers.ts';
import { counted } from './github/changes-view.ts';
import { githubClient, githubEnvironment, webLink } from './github/client.ts';
import { type IssuesRead, issueQuery, searchIssues } from './github/issue-search.ts';
import { grantOf } from './github/permissions.ts';
import { repositoryInput } from './github/place.ts';
import { githubRefusal } from './github/refusal.ts';
import { repositoryOf } from './github/service-repository.ts';
import { orFailure, type Refusal } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { serviceInput } from './reading/scope.ts';
import { isoTime, minuteMs, sayWindow, shortTime, windowInput } from './reading/window.ts';

/** GitHub's search takes 256 characters besides qualifiers. */
const wordsCharactersMax = 200;

const input = z
  .object({
    service: serviceInput.optional().describe('Catalogue id: its repository; in a shared one also its name as a word'),
    repository: repositoryInput.optional(),
    from: windowInput.from.describe('Only issues updated since then, ISO 8601 with zone; weeks back for known bugs'),
    to: windowInput.to.describe('Only issues updated before then, ISO 8601 with zone; at most a year after from'),
    state: z.enum(['open', 'closed', 'any']).default('open').describe('open: still there; any: closed ones too'),
    labels: z
      .array(z.string().regex(/^[\p{L}\p{N} _./:-]{1,50}$/u))
      .max(8)
      .default([])
      .describe('Issues with any of these labels, e.g. incident'),
    words: z
      .array(z.string().regex(/^[\p{L}\p{N} _./:-]{2,80}$/u))
      .max(5)
      .default([])
      .describe('Words or phrases that must all occur, e.g. pool timeout'),
  })
  .refine((asked) => asked.repository !== undefined || asked.service !== undefined, 'give a repository or a service')
  .refine(
    (asked) => asked.words.join('').length <= wordsCharactersMax,
    `at most ${wordsCharactersMax} characters of words in all`,
  );

export const tool = defineTool({
  name: 'github_issues',
  source: 'github',
  description:
    'Issues about one component that were updated in a window: known bugs, other incidents, reports of users. By label ' +
    'and words. Anybody may have written them: they are leads, not evidence.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { catalogue, nowMs, signal }) => {
      const picked = repositoryOf({ service: asked.service, repository: asked.repository }, catalogue);
      if (!picked.ok) return Promise.resolve(picked.failure);
      const { repository, service } = picked.value;
      const attempt = {
        vendor: 'GitHub',
        asked: `issues of ${repository}`,
        nowMs,
        blocks: `whether people reported trouble with ${service?.id ?? repository}`,
        grant: grantOf('issues'),
      };
      return orFailure({ attempt, signal, refusal: searchRefusal }, async () => {
        const window = longWindow(asked, nowMs);
        const isShared = catalogue.services.filter((one) => one.repository === repository).length > 1;
        const query = issueQuery({
          repository,
          state: asked.state,
          labels: asked.labels,
          words: [...(service !== null && isShared ? [service.id] : []), ...asked.words],
          updated: `${seconds(window.fromMs)}..${seconds(window.toMs)}`,
        });
        const read = await searchIssues({ client, repository, signal }, query);
        const link = webLink(environment, `${repository}/issues?${new URLSearchParams({ q: query }).toString()}`);
        return issuesFinding(read, { repository, window, query, link });
      });
    };
  },
});

const yearMs = 366 * 24 * 60 * minuteMs;

/** Like every tool's window, but up to a year long: a known bug may be old. */
function longWindow(asked: { readonly from: string; readonly to: string }, nowMs: number): Window {
  const toMs = Math.min(Date.parse(asked.to), nowMs);
  const fromMs = Math.min(Date.parse(asked.from), toMs - minuteMs);
  return { fromMs: Math.max(fromMs, toMs - yearMs), toMs };
}

/** A search answers 422 for a repository that is not there or hidden: our queries are otherwise well formed. */
function searchRefusal(error: unknown, signal: AbortSignal): Refusal | null {
  const refusal = githubRefusal(error, signal);
  return refusal?.kind === 'rejected' ? { kind: 'not-found', code: refusal.code } : refusal;
}

/** GitHub's searches take whole seconds. */
const seconds = (atMs: number): string => `${isoTime(atMs).slice(0, 19)}Z`;

type Source = { readonly repository: string; readonly window: Window; readonly query: string; readonly link: string };

/** People with a say in the repository. Others may be anybody. */
const insiders = new Set(['OWNER', 'MEMBER', 'COLLABORATOR']);

function issuesFinding({ issues, total, truncated }: IssuesRead, { repository, ...source }: Source): Finding {
  const [newest] = issues;
  const { window, query, link } = source;
  if (newest === undefined) {
    return { kind: 'empty', searched: `issues of ${repository} updated ${sayWindow(window)}`, query, window, link };
  }
  const says = `${counted(total, 'issue')} of ${repository} updated ${sayWindow(window)}`;
  return {
    kind: 'found',
    result: { repository, total, issues: issues.map(resultOf) },
    provenance: issues.every((issue) => insiders.has(issue.author_association)) ? 'C' : 'D',
    ...source,
    headline: [`${says}; the last, #${newest.number} (${newest.state}): `, taint(newest.title.slice(0, 160))],
    chart: null,
    view: fitView({
      head: [says, ...(truncated ? [`only the ${issues.length} updated last were read; narrow it`] : [])],
      rows: [...issues.map(rowOf), ...issues.slice(0, bodiesShownMax).map(bodyRow)],
      things: 'lines',
    }),
    signals: {},
    truncated,
  };
}

const bodiesShownMax = 5;
const bodyCharactersMax = 2_000;

const labelsOf = ({ labels }: IssueAnswer): readonly string[] =>
  labels.flatMap((label) => (typeof label === 'string' ? label : (label.name ?? [])));

const rowOf = (issue: IssueAnswer): string => {
  const labels = labelsOf(issue).slice(0, 6).join(', ');
  const about = [issue.state, labels, `${issue.comments} comments`, `by ${issue.user}`, issue.title.slice(0, 160)];
  return [`#${issue.number}`, shortTime(issue.updated_at), ...about].filter((part) => part !== '').join(' | ');
};

const bodyRow = ({ number, body }: IssueAnswer): string =>
  `#${number} says: ${(body ?? '').replaceAll(/\s+/g, ' ').slice(0, 400)}`;

const resultOf = (issue: IssueAnswer) => ({
  number: issue.number,
  title: issue.title,
  state: issue.state,
  author: issue.user,
  association: issue.author_association,
  labels: labelsOf(issue),
  comments: issue.comments,
  createdAt: isoTime(issue.created_at),
  updatedAt: isoTime(issue.updated_at),
  closedAt: issue.closed_at === null ? null : isoTime(issue.closed_at),
  body: (issue.body ?? '').slice(0, bodyCharactersMax),
});
