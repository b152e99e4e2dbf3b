import { z } from 'zod';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { githubClient, githubEnvironment, linkPath, webLink } from './github/client.ts';
import type { CodePlace } from './github/code-lines.ts';
import { type CodeVersion, versionOf } from './github/deployed-commit.ts';
import { type FoundCode, findCode, type Writer } from './github/find-code.ts';
import { grantOf } from './github/permissions.ts';
import { repositoryInput, shaInput, symbolInput } from './github/place.ts';
import { githubRefusal } from './github/refusal.ts';
import { repositoryOf } from './github/service-repository.ts';
import { orFailure } from './reading/failure.ts';
import { fitView } from './reading/fit-view.ts';
import { serviceInput } from './reading/scope.ts';
import { isoTime, minuteMs, shortTime } from './reading/window.ts';

const input = z
  .object({
    service: serviceInput.optional().describe('Catalogue id: its repository, its paths and its live commit'),
    repository: repositoryInput.optional(),
    sha: shaInput.optional().describe('Commit to look in; the live one of the service when absent'),
    before: z.iso
      .datetime({ offset: true })
      .optional()
      .describe('Live before this moment, ISO 8601 with zone; now when absent'),
    file: z
      .string()
      .min(1)
      .max(400)
      .regex(/^[^\p{Cc}*<>|"]+$/u)
      .optional()
      .describe('File of a stack frame as it is written there, e.g. /app/src/pool.ts'),
    line: z.int().positive().max(1_000_000).optional().describe('Line of the stack frame'),
    symbol: symbolInput.optional(),
  })
  .refine((asked) => asked.repository !== undefined || asked.service !== undefined, 'give a repository or a service')
  .refine((asked) => asked.symbol !== undefined || asked.file !== undefined, 'give a file or a symbol')
  .refine((asked) => asked.symbol !== undefined || asked.line !== undefined, 'give a line or a symbol')
  .refine((asked) => asked.line === undefined || asked.file !== undefined, 'a line needs a file');

export const tool = defineTool({
  name: 'github_find_symbol',
  source: 'github',
  description:
    'The code of a stack frame (file and line) or of a name, as it is in the deployed commit: the lines around it and ' +
    'which commit and pull request wrote them.',
  environment: githubEnvironment,
  input,
  probes: () => [],
  connect(environment) {
    const client = githubClient(environment);
    return (asked, { catalogue, nowMs, signal }) => {
      const picked = repositoryOf({ service: asked.service, repository: asked.repository }, catalogue);
      if (!picked.ok) return Promise.resolve(picked.failure);
      const { repository, service } = picked.value;
      const what = nameOf(asked);
      const attempt = {
        vendor: 'GitHub',
        asked: `${what} in ${repository}`,
        nowMs,
        blocks: `what the code at ${what} does and who changed it last`,
        grant: grantOf('contents', 'deployments', 'pull_requests', 'metadata'),
      };
      return orFailure({ attempt, signal, refusal: githubRefusal }, async () => {
        const place = { client, repository, signal };
        const beforeMs = Math.min(nowMs, Date.parse(asked.before ?? isoTime(nowMs)));
        const version = await versionOf(place, { sha: asked.sha, service, catalogue, beforeMs });
        const { file, line, symbol } = asked;
        const found = await findCode(place, { sha: version.sha, service, file, line, symbol });
        const window = { fromMs: nowMs - minuteMs, toMs: nowMs };
        const link = (path: string): string => webLink(environment, `${repository}/${path}`);
        return codeFinding(found, { what, repository, version, symbol, window, link });
      });
    };
  },
});

function nameOf({ file, line, symbol }: z.output<typeof input>): string {
  const frame = file === undefined ? [] : [line === undefined ? file : `${file}:${line}`];
  return [...frame, ...(symbol === undefined ? [] : [symbol])].join(' ');
}

type Source = {
  readonly what: string;
  readonly repository: string;
  readonly version: CodeVersion;
  readonly symbol: string | undefined;
  readonly window: Window;
  readonly link: (path: string) => string;
};

function codeFinding(found: FoundCode, { what, repository, version, symbol, window, link }: Source): Finding {
  const { sha, chosen } = version;
  const [first] = found.places;
  const where = `${repository} at ${sha.slice(0, 12)} (${chosen})`;
  if (first === undefined) {
    const searched = `${what} in ${where}: ${found.searchedCount} of ${found.fileCount} files searched`;
    return { kind: 'empty', searched, query: queryOf(sha, symbol, null), window, link: link(`tree/${sha}`) };
  }
  const places = found.places.length;
  const writer = found.writers.find((one) => one.line === first.line);
  const notes = [
    ...found.unread,
    ...(found.others.length > 0 ? [`other files that fit: ${found.others.slice(0, 5).join(' ')}`] : []),
  ];
  return {
    kind: 'found',
    result: {
      repository,
      sha,
      chosen,
      placeCount: places,
      places: found.places,
      writers: found.writers.map(({ atMs, ...one }) => ({ ...one, at: atMs === null ? null : isoTime(atMs) })),
      others: found.others,
    },
    provenance: 'A',
    query: queryOf(sha, symbol, first),
    window,
    link: link(`blob/${sha}/${linkPath(first.path)}#L${first.line}`),
    headline: [
      taint(`${first.path}:${first.line}`),
      ` in ${where}${writer === undefined ? '' : `, written by ${sayWriter(writer)}`}: `,
      taint(textAt(first).trim().slice(0, 160)),
    ],
    chart: null,
    view: fitView({
      head: [`${what} in ${where}: ${places} place${places === 1 ? '' : 's'}`, ...notes],
      rows: [
        ...linesOf(first),
        ...found.writers.map((one) => `line ${one.line} written by ${sayWriter(one)} | ${one.author} | ${one.title}`),
        ...found.places.slice(1).flatMap(linesOf),
      ],
      things: 'lines',
    }),
    signals: {},
    truncated: found.unread.length > 0,
  };
}

const textAt = ({ line, lines }: CodePlace): string => lines.find((one) => one.line === line)?.text ?? '';

const linesOf = (place: CodePlace): readonly string[] => [
  `${place.path}${place.defines ? ' defines it' : ''}:`,
  ...place.lines.map(({ line, text }) => `${line === place.line ? '>' : ' '} ${line}: ${text}`),
];

const sayWriter = ({ sha, atMs, pullNumber }: Writer): string => {
  const pull = pullNumber === null ? '' : ` (#${pullNumber})`;
  return `${sha.slice(0, 12)}${pull}${atMs === null ? '' : ` at ${shortTime(atMs)} UTC`}`;
};

/** Only names that mean nothing to a shell go into what people may paste. */
function queryOf(sha: string, symbol: string | undefined, place: CodePlace | null): string {
  if (place !== null && /^[\w./+@-]+$/.test(place.path)) {
    const [from, to] = [place.lines[0]?.line ?? 1, place.lines.at(-1)?.line ?? 1];
    return `git blame -L ${from},${to} ${sha} -- ${place.path}`;
  }
  return symbol === undefined
    ? `git ls-tree -r --name-only ${sha}`
    : `git grep -n -w -e '${symbol.split(/[.:#]+/).at(-1) ?? ''}' ${sha}`;
}
