import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { githubClient, githubEnvironment, linkPath, webLink } from './github/client.ts';
import { type OwnersFile, ownersBytesMax, parseOwners, ruleFor } from './github/codeowners.ts';
import { readRepository } from './github/files.ts';
import { grantOf } from './github/permissions.ts';
import { type Place, pathInput, repositoryInput } from './github/place.ts';
import { ownersPlaces, readOwnersFile } from './github/read-owners.ts';
import { githubRefusal } from './github/refusal.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { minuteMs } from './reading/window.ts';

const input = z.object({
  repository: repositoryInput,
  paths: z.array(pathInput).min(1).max(20).describe('Files whose owners to find'),
});

export const tool = defineTool({
  name: 'github_owners',
  source: 'github',
  description: 'Who owns files of a repository, by its CODEOWNERS at the default branch. Says which rule decides.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { nowMs, signal }) => {
      const { repository, paths } = asked;
      const attempt = {
        vendor: 'GitHub',
        asked: `CODEOWNERS of ${repository}`,
        nowMs,
        blocks: `who owns ${paths.length} files of ${repository}`,
        grant: grantOf('contents', 'metadata'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const found = await readOwners({ client, repository, signal });
        const window = { fromMs: nowMs - minuteMs, toMs: nowMs };
        const link = webLink(environment, `${repository}/blob/HEAD/${linkPath(found?.path ?? '.github/CODEOWNERS')}`);
        const query = `GET /repos/${repository}/contents/${found?.path ?? `{${ownersPlaces.join(',')}}`}`;
        const source = { repository, paths, query, link, window };
        return found === null ? nothing(source) : ownersFinding(found, source);
      });
    };
  },
});

type Read = { readonly path: string; readonly file: OwnersFile; readonly tooLarge: boolean };

/** Null when the repository can be read and has none. Rejects as GitHub refuses, a hidden repository too. */
async function readOwners(place: Place): Promise<Read | null> {
  const found = await readOwnersFile(place);
  if (found === null) {
    await readRepository(place);
    return null;
  }
  const { path, text } = found;
  return { path, file: parseOwners(text), tooLarge: Buffer.byteLength(text) > ownersBytesMax };
}

type Source = {
  readonly repository: string;
  readonly paths: readonly string[];
  readonly query: string;
  readonly link: string;
  readonly window: Window;
};

const nothing = ({ repository, query, window, link }: Source): Finding => ({
  kind: 'empty',
  searched: `${ownersPlaces.join(', ')} at the default branch of ${repository}: there is none`,
  query,
  window,
  link,
});

function ownersFinding({ path, file, tooLarge }: Read, { repository, paths, ...source }: Source): Finding {
  const files = paths.map((asked) => {
    const rule = ruleFor(file, asked.replace(/^\.?\/+/u, ''));
    return { path: asked, owners: rule?.owners ?? [], pattern: rule?.pattern ?? null, line: rule?.line ?? null };
  });
  const owned = files.filter(({ owners }) => owners.length > 0).length;
  const names = [...new Set(files.flatMap(({ owners }) => owners))];
  const says = `${owned} of ${files.length} files of ${repository} have owners`;
  const notes = [
    ...(file.skippedLines.length > 0 ? [`lines GitHub skips as invalid: ${file.skippedLines.join(', ')}`] : []),
    ...(tooLarge ? ['the file is larger than 3 MB: GitHub does not load it, so nobody is asked for review'] : []),
  ];
  return {
    kind: 'found',
    result: {
      repository,
      codeowners: path,
      ruleCount: file.rules.length,
      fileCount: files.length,
      ownedCount: owned,
      skippedLines: file.skippedLines,
      tooLarge,
      files,
    },
    provenance: 'A',
    ...source,
    headline: names.length === 0 ? [`${says}.`] : [`${says}: `, taint(names.slice(0, 8).join(' ').slice(0, 200))],
    chart: null,
    view: fitView({
      head: [`${says}, by ${path} (${file.rules.length} rules, the last match wins)`, ...notes],
      rows: files.map((one) => {
        const by = one.pattern === null ? 'no rule matches' : `by "${one.pattern}" in line ${one.line}`;
        return `${one.path}: ${one.owners.length > 0 ? one.owners.join(' ') : 'nobody'} (${by})`;
      }),
      things: 'files',
    }),
    signals: {},
    truncated: false,
  };
}
