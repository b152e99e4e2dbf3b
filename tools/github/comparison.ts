import { type ComparisonAnswer, comparisonAnswer, type PullAnswer, pullAnswer } from './answers.ts';
import { at, type Place, readPages } from './place.ts';
import { firstParentLine } from './reading.ts';

export type Ends = { readonly base: string; readonly head: string };

export type Comparison = Ends & {
  /** `undoes`: the head is an ancestor of the base, as after a rollback; commits and files are those taken away. */
  readonly direction: 'adds' | 'undoes' | 'nothing';
  readonly aheadBy: number;
  readonly behindBy: number;
  /** Newest first. */
  readonly commits: ComparisonAnswer['commits'];
  readonly files: ComparisonAnswer['files'];
  readonly pulls: readonly PullAnswer[];
  /** What was not read to its end. */
  readonly unread: readonly string[];
};

const size = 100;
const pagesMax = 3;
/** GitHub's bound on the files of a comparison, all on its first page. */
const filesMax = 300;
const commitsAskedForPulls = 20;

/** Commits, files and pull requests from one commit to another. Rejects as GitHub refuses. */
export async function compare(place: Place, ends: Ends): Promise<Comparison> {
  const forward = await read(place, ends);
  const { status, ahead_by: aheadBy, behind_by: behindBy } = forward.answer;
  const asked = { ...ends, aheadBy, behindBy };
  if (status === 'identical') {
    return { ...asked, direction: 'nothing', commits: [], files: [], pulls: [], unread: [] };
  }
  const direction = status === 'behind' ? 'undoes' : 'adds';
  const { answer, commits, truncated } =
    direction === 'adds' ? forward : await read(place, { base: ends.head, head: ends.base });
  const newestFirst = commits.toReversed();
  const line = firstParentLine(newestFirst);
  const unread = [
    ...(status === 'diverged' ? [`the ${behindBy} commits of the base that the head does not have`] : []),
    ...(truncated ? [`commits after the first ${commits.length} of ${answer.total_commits}`] : []),
    ...(answer.files.length >= filesMax ? [`files after the first ${filesMax}`] : []),
    ...(line.length > commitsAskedForPulls ? [`pull requests of more than ${commitsAskedForPulls} commits`] : []),
  ];
  const pulls = await pullsOf(
    place,
    line.slice(0, commitsAskedForPulls).map((commit) => commit.sha),
  );
  return { ...asked, direction, commits: newestFirst, files: answer.files, pulls, unread };
}

/** Commits come oldest first, in pages; files come with the first. */
async function read(place: Place, { base, head }: Ends) {
  const answers: ComparisonAnswer[] = [];
  const { items, truncated } = await readPages({
    size,
    pagesMax,
    ask: async (page) => {
      const query = { basehead: `${base}...${head}`, per_page: size, page };
      const { data, headers } = await place.client.rest.repos.compareCommitsWithBasehead({ ...at(place), ...query });
      const answer = comparisonAnswer.parse(data);
      answers.push(answer);
      return { items: answer.commits, link: headers.link };
    },
  });
  const [answer] = answers;
  if (answer === undefined) throw new Error('a comparison has at least one page');
  return { answer, commits: items, truncated };
}

/** The merged pull requests that brought these commits, each once, in the commits' order. */
async function pullsOf(place: Place, shas: readonly string[]): Promise<readonly PullAnswer[]> {
  const answers = await Promise.all(
    shas.map(async (sha) => {
      const query = { commit_sha: sha, per_page: 10 };
      const { data } = await place.client.rest.repos.listPullRequestsAssociatedWithCommit({ ...at(place), ...query });
      return pullAnswer.array().parse(data);
    }),
  );
  const merged = answers.flat().filter((pull) => pull.merged_at !== null);
  return [...new Map(merged.map((pull) => [pull.number, pull])).values()];
}
