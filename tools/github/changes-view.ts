import type { Tainted } from '../../src/core/tainted.ts';
import { fitView } from '../reading/fit-view.ts';
import { shortTime } from '../reading/window.ts';
import type { Change, Changes } from './changes.ts';
import { cutAtLine } from './diff.ts';

export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const numberOf = (changes: readonly Change[], kind: Change['kind']): number =>
  changes.filter((change) => change.kind === kind).length;

export const countsOf = (changes: readonly Change[]) => ({
  pullRequests: numberOf(changes, 'pull-request'),
  deployments: numberOf(changes, 'deploy'),
  directCommits: numberOf(changes, 'commit'),
  releases: numberOf(changes, 'release'),
});

const rowsMax = 25;
const hunkCharactersMax = 1_000;

/** The newest changes on a line each first, then their diffs, newest first, then the older changes. */
export function changesView({ changes, unread }: Changes, asked: string): Tainted {
  const rows = changes.map(rowOf);
  const diffs = changes
    .filter(({ event }) => event.diff !== '')
    .flatMap(({ event }) => [`diff of ${event.id}:`, ...cutAtLine(event.diff, hunkCharactersMax).text.split('\n')]);
  return fitView({
    head: [
      `changes of ${asked}`,
      ...(unread.length > 0 ? [`not all were read of: ${unread.join(', ')}; narrow the window`] : []),
    ],
    rows: [...rows.slice(0, rowsMax), ...diffs, ...rows.slice(rowsMax)],
    things: 'lines',
  });
}

function rowOf({ event, kind, state, cut }: Change): string {
  const more = event.paths.length > 6 ? ` +${event.paths.length - 6}` : '';
  const paths = `${event.paths.slice(0, 6).join(' ')}${more}`;
  const about = [
    event.id,
    event.service ?? '?',
    event.title.slice(0, 140),
    state ?? '',
    paths,
    cut ? 'cut: see github_diff' : '',
  ];
  return [shortTime(event.atMs), kind, ...about].filter((part) => part !== '').join(' | ');
}
