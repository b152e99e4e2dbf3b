import type { Catalogue, Service } from '../../src/core/catalogue.ts';
import type { Window } from '../../src/core/evidence.ts';
import { taint } from '../../src/core/tainted.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from '../reading/fit-view.ts';
import { isoTime, minuteMs, shortTime } from '../reading/window.ts';
import type { FileAnswer } from './answers.ts';
import { serviceOfPaths } from './attribution.ts';
import { counted } from './changes-view.ts';
import type { Comparison } from './comparison.ts';
import { boundedDiff } from './diff.ts';
import { diffRows, fileRow } from './diff-rows.ts';
import { type Focus, touchesPath } from './hunks.ts';

type Source = {
  readonly repository: string;
  readonly service: Service | null;
  readonly catalogue: Catalogue;
  readonly focus: Focus;
  readonly link: string;
  /** Between two deployments; null for two commits that were asked for. */
  readonly window: Window | null;
  /** For want of anything with a date. */
  readonly lately: Window;
};

export function comparisonFinding(comparison: Comparison, source: Source): Finding {
  const { repository, link } = source;
  const { base, head, direction } = comparison;
  const [from, to] = direction === 'undoes' ? [head, base] : [base, head];
  const query = `git log ${from}..${to} && git diff ${from}...${to}`;
  const window = source.window ?? windowOf(comparison.commits) ?? source.lately;
  if (direction === 'nothing') {
    return {
      kind: 'empty',
      searched: `changes of ${repository} from ${base} to ${head}: the same`,
      query,
      window,
      link,
    };
  }
  const files = ownFirst(comparison.files, source.service);
  const bounded = boundedDiff(files, source.focus);
  const services = countByService(files, source);
  const result = {
    repository,
    base,
    head,
    direction,
    aheadBy: comparison.aheadBy,
    behindBy: comparison.behindBy,
    commitCount: comparison.commits.length,
    pullRequestCount: comparison.pulls.length,
    fileCount: files.length,
    commits: comparison.commits.map(commitOf),
    pullRequests: comparison.pulls.map(({ number, title, user, merged_at: mergedMs }) => ({
      number,
      title,
      author: user,
      mergedAt: mergedMs === null ? null : isoTime(mergedMs),
    })),
    services,
    files: files.map(fileRow),
    diff: bounded.diff,
  };
  return {
    kind: 'found',
    result,
    provenance: 'A',
    query,
    window,
    link,
    headline: headlineOf(comparison),
    chart: null,
    view: fitView({
      head: [
        `${repository}: ${short(base)} to ${short(head)} ${direction} ${sayCounts(comparison)}`,
        `ahead by ${comparison.aheadBy}, behind by ${comparison.behindBy}`,
        ...(comparison.unread.length > 0 ? [`not read: ${comparison.unread.join('; ')}`] : []),
        `files by service: ${services.map(({ service, fileCount }) => `${service} ${fileCount}`).join(', ')}`,
      ],
      rows: [...changeRows(comparison), ...diffRows(files, bounded, source.focus)],
      things: 'lines',
    }),
    signals: {},
    truncated: comparison.unread.length > 0 || bounded.cut,
  };
}

function windowOf(commits: Comparison['commits']): Window | null {
  const moments = commits.flatMap(({ commit }) => commit.committer?.date ?? []);
  return moments.length === 0 ? null : { fromMs: Math.min(...moments), toMs: Math.max(...moments) + minuteMs };
}

/** Files of the service that was asked about before those of others. */
function ownFirst(files: readonly FileAnswer[], service: Service | null): readonly FileAnswer[] {
  const own = (file: FileAnswer): number => (service?.paths.some((path) => touchesPath(file.filename, path)) ? 0 : 1);
  return files.toSorted((one, other) => own(one) - own(other));
}

function countByService(files: readonly FileAnswer[], { catalogue, repository }: Source) {
  const counts = new Map<string, number>();
  for (const { filename } of files) {
    const service = serviceOfPaths(catalogue, repository, [filename]) ?? 'no service';
    counts.set(service, (counts.get(service) ?? 0) + 1);
  }
  return [...counts]
    .map(([service, fileCount]) => ({ service, fileCount }))
    .toSorted((one, other) => other.fileCount - one.fileCount || one.service.localeCompare(other.service));
}

const commitOf = ({ sha, commit, author }: Comparison['commits'][number]) => {
  const atMs = commit.committer?.date ?? commit.author?.date ?? null;
  const title = commit.message.split('\n', 1)[0] ?? '';
  return { sha, at: atMs === null ? null : isoTime(atMs), title, author };
};

/** A commit as it is, a branch or tag by name. */
const short = (ref: string): string => (/^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 12) : ref);

const sayCounts = ({ commits, pulls, files }: Comparison): string =>
  [counted(commits.length, 'commit'), counted(pulls.length, 'pull request'), counted(files.length, 'file')].join(', ');

function headlineOf(comparison: Comparison): Extract<Finding, { kind: 'found' }>['headline'] {
  const { base, head, direction, pulls, commits } = comparison;
  const says = `${short(base)} to ${short(head)} ${direction} ${sayCounts(comparison)}`;
  const [pull] = pulls;
  if (pull !== undefined) return [`${says}; the newest, #${pull.number}: `, taint(pull.title.slice(0, 160))];
  const [commit] = commits;
  if (commit === undefined) return [`${says}.`];
  return [`${says}; the newest, ${commit.sha.slice(0, 12)}: `, taint(commitOf(commit).title.slice(0, 160))];
}

const pullsShownMax = 15;
const commitsShownMax = 10;

function changeRows({ pulls, commits }: Comparison): readonly string[] {
  const pullRows = pulls.slice(0, pullsShownMax).map(({ number, title, user, merged_at: mergedMs }) => {
    const when = mergedMs === null ? '' : shortTime(mergedMs);
    return `#${number} | ${when} | ${user} | ${title.slice(0, 140)}`;
  });
  const commitRows = commits.slice(0, commitsShownMax).map((commit) => {
    const { sha, at, title, author } = commitOf(commit);
    return `${sha.slice(0, 12)} | ${at ?? ''} | ${author} | ${title.slice(0, 100)}`;
  });
  const more = commits.length > commitsShownMax ? [`(${commits.length - commitsShownMax} more commits)`] : [];
  return [...pullRows, ...commitRows, ...more];
}
