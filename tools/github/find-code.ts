/** Finds a frame or a name at one commit, reads the lines around it and who wrote them. */
import type { Service } from '../../src/core/catalogue.ts';
import { commitAnswer, type PullAnswer, pullAnswer, type TreeEntry } from './answers.ts';
import { blameLines } from './blame.ts';
import { type CodePlace, excerpt, linesOf, occurrences } from './code-lines.ts';
import { readBlob, readFiles } from './files.ts';
import { candidatesFor, locateFile } from './locate.ts';
import { at, type Place } from './place.ts';
import { readCommit } from './reading.ts';

export type CodeAsked = {
  readonly sha: string;
  readonly service: Service | null;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly symbol: string | undefined;
};

export type Writer = {
  readonly line: number;
  readonly sha: string;
  readonly atMs: number | null;
  readonly author: string;
  readonly title: string;
  readonly pullNumber: number | null;
};

export type FoundCode = {
  readonly places: readonly CodePlace[];
  readonly writers: readonly Writer[];
  readonly fileCount: number;
  readonly searchedCount: number;
  /** Files that would have fitted too, or that were not searched. */
  readonly others: readonly string[];
  readonly unread: readonly string[];
};

const filesReadMax = 30;
const placesMax = 5;
const aroundFirst = 10;
const aroundOthers = 2;

export async function findCode(place: Place, asked: CodeAsked): Promise<FoundCode> {
  const files = await readFiles(place, asked.sha, asked.service?.paths ?? []);
  const candidates = candidatesOf(files.items, asked);
  // A frame names one file; without one, several may hold the name.
  const chosen = candidates.slice(0, asked.file === undefined ? filesReadMax : 1);
  const texts = await Promise.all(chosen.map(async (entry) => ({ entry, text: await readBlob(place, entry.sha) })));
  const found = texts
    .flatMap(({ entry, text }) => placesIn(entry.path, text, asked))
    .toSorted((one, other) => Number(other.hit.defines) - Number(one.hit.defines))
    .slice(0, placesMax)
    .map(({ path, text, hit }, index): CodePlace => {
      return { path, ...hit, lines: excerpt(text, hit.line, index === 0 ? aroundFirst : aroundOthers) };
    });
  const [first] = found;
  const others = candidates.slice(chosen.length).map(({ path }) => path);
  return {
    places: found,
    writers: first === undefined ? [] : await writersOf(place, asked.sha, first),
    fileCount: files.items.length,
    searchedCount: chosen.length,
    others: others.slice(0, 20),
    unread: [
      ...(files.truncated ? ['the repository has more files than GitHub lists'] : []),
      ...(asked.file === undefined && others.length > 0 ? [`${others.length} files were not searched`] : []),
    ],
  };
}

function candidatesOf(files: readonly TreeEntry[], { file, symbol, service }: CodeAsked): readonly TreeEntry[] {
  if (file !== undefined) return locateFile(files, { file, symbol, service });
  return symbol === undefined ? [] : candidatesFor(files, symbol, service);
}

function placesIn(path: string, text: string, { line, symbol }: CodeAsked) {
  const hits = line === undefined ? occurrences(text, symbol ?? '') : [{ line, defines: false }];
  const within = linesOf(text).length;
  return hits.filter((hit) => hit.line <= within).map((hit) => ({ path, text, hit }));
}

const commitsMax = 6;
const pullsMax = 3;
/** The line itself and what is next to it. */
const blamedAround = 2;

/** Of the last commits of the file, those that wrote the lines; older lines have none. */
async function writersOf(place: Place, sha: string, code: CodePlace): Promise<readonly Writer[]> {
  const query = { sha, path: code.path, per_page: commitsMax };
  const { data } = await place.client.rest.repos.listCommits({ ...at(place), ...query });
  const listed = commitAnswer.array().parse(data).slice(0, commitsMax);
  const commits = await Promise.all(listed.map((commit) => readCommit(place, commit.sha)));
  const near = code.lines.filter(({ line }) => Math.abs(line - code.line) <= blamedAround);
  const blamed = blameLines(code.path, near, commits);
  const shas = [...new Set(blamed.map((one) => one.sha))].slice(0, pullsMax);
  const pulls = new Map(await Promise.all(shas.map(async (one) => [one, await pullOf(place, one)] as const)));
  return blamed.flatMap(({ line, sha: writer }) => {
    const commit = commits.find((one) => one.sha === writer)?.commit;
    if (commit === undefined) return [];
    const atMs = commit.committer?.date ?? commit.author?.date ?? null;
    const title = commit.message.split('\n', 1)[0] ?? '';
    const author = commit.author?.name ?? 'unknown';
    return [{ line, sha: writer, atMs, author, title, pullNumber: pulls.get(writer)?.number ?? null }];
  });
}

async function pullOf(place: Place, sha: string): Promise<PullAnswer | null> {
  const query = { commit_sha: sha, per_page: 10 };
  const { data } = await place.client.rest.repos.listPullRequestsAssociatedWithCommit({ ...at(place), ...query });
  return (
    pullAnswer
      .array()
      .parse(data)
      .find((pull) => pull.merged_at !== null) ?? null
  );
}
