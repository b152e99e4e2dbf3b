/** Finds the file of a stack frame among a commit's files, and the files worth searching for a name. */
import type { Service } from '../../src/core/catalogue.ts';
import type { TreeEntry } from './answers.ts';
import { isAside, isNoise } from './diff.ts';
import { bareName, touchesPath } from './hunks.ts';

type Asked = { readonly file: string; readonly symbol: string | undefined; readonly service: Service | null };

/**
 * Files whose end is the asked path's end, the longest common end first: `/app/src/pool.ts` in a container is
 * `services/checkout/src/pool.ts` here. Equals are told apart by the service's paths, then by the symbol's own parts
 * (`com.acme.checkout.Pool.acquire` names folders).
 */
export function locateFile(files: readonly TreeEntry[], { file, symbol, service }: Asked): readonly TreeEntry[] {
  const asked = segmentsOf(file);
  const hints = new Set(symbol?.split(/[.:#]+/u));
  const scored = files.flatMap((entry) => {
    const segments = entry.path.split('/');
    const common = commonEnd(segments, asked);
    const named = segments.filter((segment) => hints.has(segment)).length;
    return common === 0 ? [] : [{ entry, common, own: isOwn(entry, service) ? 1 : 0, named }];
  });
  const ordered = scored.toSorted(
    (one, other) =>
      other.common - one.common ||
      other.own - one.own ||
      other.named - one.named ||
      one.entry.path.localeCompare(other.entry.path),
  );
  return ordered.map(({ entry }) => entry);
}

/** `webpack:///./src/pool.ts?1f2c`, `C:\app\src\pool.ts` and `file:///app/src/pool.ts` alike. */
const segmentsOf = (file: string): readonly string[] =>
  file
    .replace(/^[a-z][a-z-]*:\/\/+/iu, '')
    .replace(/\?.*$/u, '')
    .split(/[\\/]+/u)
    .filter((segment) => !['', '.', '..'].includes(segment));

function commonEnd(one: readonly string[], other: readonly string[]): number {
  const most = Math.min(one.length, other.length);
  for (let count = 0; count < most; count += 1) {
    if (one.at(-1 - count) !== other.at(-1 - count)) return count;
  }
  return most;
}

const isOwn = ({ path }: TreeEntry, service: Service | null): boolean =>
  service?.paths.some((prefix) => touchesPath(path, prefix)) ?? false;

const binary =
  /\.(?:png|jpe?g|gif|ico|webp|pdf|zip|gz|tgz|jar|class|woff2?|ttf|eot|mp[34]|wasm|so|dll|exe|bin|lockb)$/iu;
const fileBytesMax = 300_000;

/** Files that may hold a name, the likeliest first: named alike, then code, then the rest. */
export function candidatesFor(
  files: readonly TreeEntry[],
  symbol: string,
  service: Service | null,
): readonly TreeEntry[] {
  const scoped = service !== null && service.paths.length > 0 ? files.filter((entry) => isOwn(entry, service)) : files;
  const names = symbol.split(/[.:#]+/u).map(plain);
  const last = plain(bareName(symbol));
  const scoreOf = ({ path }: TreeEntry): number => {
    const stem = plain(
      path
        .split('/')
        .at(-1)
        ?.replace(/\.[^.]*$/u, '') ?? '',
    );
    const named = (stem === last ? 4 : 0) + (names.includes(stem) ? 2 : 0);
    return named + (isAside(path) ? 0 : 1);
  };
  return scoped
    .filter(({ path, size = 0 }) => !isNoise(path) && !binary.test(path) && size <= fileBytesMax)
    .toSorted((one, other) => scoreOf(other) - scoreOf(one) || one.path.localeCompare(other.path));
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/gu, '');
