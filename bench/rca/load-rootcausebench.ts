/**
 * RootCauseBench (24 scenarios): which commit caused the incident, or none. Flags are never the answer there, so a flag
 * in the ranking is left out; any other cause that is not a commit is `none`.
 */
import type { RankedCause, Ranking } from '../../src/rootcause/ranking.ts';
import type { Answer, Dataset } from './dataset.ts';
import { readFolderCases } from './folder-cases.ts';
import { textOf } from './json-rows.ts';
import { type Recorded, readRecorded, readTelemetry } from './rootcausebench-case.ts';

const set = 'rootcausebench';

export const rootcausebench: Dataset = {
  name: set,
  members: [],
  baselineName: 'latest-deploy',
  read: readFolderCases(set, (folder, { shiftMs }) => ({
    telemetry: () => readTelemetry(folder, shiftMs),
    baseline: () => latestDeploy(readRecorded(folder)),
    otherBaselines: {
      'latest-commit': () => latestCommit(readRecorded(folder)),
      'alert-service-deploy': () => alertServiceDeploy(readRecorded(folder)),
      'always-none': () => ['none'],
    },
  })),
  answer,
};

/** The newest commit of all, whenever it came. */
const latestCommit = ({ commits }: Recorded): readonly string[] => {
  const newest = commits.toSorted((a, b) => textOf(b, 'timestamp').localeCompare(textOf(a, 'timestamp')))[0];
  return [newest === undefined ? 'none' : textOf(newest, 'sha')];
};

const latestDeploy = ({ deploys, alert }: Recorded): readonly string[] => {
  const before = deploys.filter(({ atMs }) => atMs <= alert.firedMs).toSorted((a, b) => b.atMs - a.atMs);
  return [before[0]?.sha ?? 'none'];
};

const alertServiceDeploy = ({ deploys, alert }: Recorded): readonly string[] =>
  latestDeploy({ commits: [], alert, deploys: deploys.filter(({ service }) => service === alert.service) });

/** A commit below this is a suspicion. The set counts a wrong conviction as worse than none. */
const convictionBar = 0.4;

/** Commits by their sha. What says that it cannot tell, or has only suspicions, convicts no commit. */
function answer(ranking: Ranking): Answer {
  const best = new Map<string, number>();
  const leader = ranking.causes.find((cause) => nameOf(cause) !== null);
  const abstained = ranking.outcome !== 'ranked' || leader === undefined || leader.score < convictionBar;
  if (abstained) best.set('none', 1);
  for (const cause of ranking.causes) {
    const name = nameOf(cause);
    if (name !== null && !best.has(name)) best.set(name, cause.score);
  }
  const said = { ranking: [...best.keys()], scores: [...best.values()] };
  return abstained ? { ...said, abstained } : said;
}

function nameOf({ change }: RankedCause): string | null {
  if (change === null) return 'none';
  return /^(?:flag|deploy):/u.test(change) ? null : change;
}
