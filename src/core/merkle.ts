/**
 * The Merkle tree of RFC 6962 section 2.1 over a log's leaves. Hashes are lower-case hex of 32 bytes. A proof is a list
 * of ranges of leaves whose roots are its hashes, so that a proof of a long log is made while the log streams by.
 */
import { hash } from 'node:crypto';

/** The root of a tree without leaves: sha256 of nothing. */
export const emptyRoot = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

/** RFC 6962: sha256 of 0x00 and the leaf's bytes, which are given in hex. */
export const leafHash = (leaf: string): string => hash('sha256', Buffer.from(`00${leaf}`, 'hex'));

const nodeHash = (left: string, right: string): string => hash('sha256', Buffer.from(`01${left}${right}`, 'hex'));

/** Grows leaf by leaf and holds one hash per set bit of its size. */
export type TreeHasher = { append(leaf: string): void; size(): number; root(): string };

export function treeHasher(): TreeHasher {
  const peaks: string[] = [];
  let size = 0;
  return {
    append(leaf) {
      let top = leaf;
      for (let left = size; left % 2 === 1; left = Math.floor(left / 2)) top = nodeHash(peaks.pop() ?? '', top);
      peaks.push(top);
      size += 1;
    },
    size: () => size,
    root: () => (size === 0 ? emptyRoot : peaks.reduceRight((right, left) => nodeHash(left, right))),
  };
}

/** Leaves `from` (first, counted from 0) up to but without `to`. */
type LeafRange = { readonly from: number; readonly to: number };

/** The largest power of two below `size`, which is at least 2. */
function splitOf(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

/** RFC 6962 section 2.1.1, nearest sibling first. */
export function inclusionRanges(index: number, { from, to }: LeafRange): LeafRange[] {
  if (to - from <= 1) return [];
  const middle = from + splitOf(to - from);
  if (index < middle) return [...inclusionRanges(index, { from, to: middle }), { from: middle, to }];
  return [...inclusionRanges(index, { from: middle, to }), { from, to: middle }];
}

/** RFC 6962 section 2.1.2: what shows that the tree of `oldSize` leaves (at least 1) is the start of that of `size`. */
export const consistencyRanges = (oldSize: number, size: number): LeafRange[] =>
  subProof(oldSize, { from: 0, to: size }, true);

/** `whole`: the old tree is a complete subtree here, whose root the verifier already has. */
function subProof(oldEnd: number, { from, to }: LeafRange, whole: boolean): LeafRange[] {
  if (oldEnd === to) return whole ? [] : [{ from, to }];
  const middle = from + splitOf(to - from);
  if (oldEnd <= middle) return [...subProof(oldEnd, { from, to: middle }, whole), { from: middle, to }];
  return [...subProof(oldEnd, { from: middle, to }, false), { from, to: middle }];
}

/** Feed it every leaf, oldest first; then it knows the root of each range. */
export function rangeHasher(ranges: readonly LeafRange[]): { append(leaf: string): void; roots(): string[] } {
  const hashers = ranges.map((range) => ({ range, tree: treeHasher() }));
  let index = 0;
  return {
    append(leaf) {
      hashers.find(({ range }) => index >= range.from && index < range.to)?.tree.append(leaf);
      index += 1;
    },
    roots: () => hashers.map(({ tree }) => tree.root()),
  };
}

export type Inclusion = {
  /** Counted from 0. */
  readonly index: number;
  readonly size: number;
  /** The leaf's hash, as `leafHash` makes it. */
  readonly leaf: string;
  readonly path: readonly string[];
  readonly root: string;
};

/** RFC 9162 section 2.1.3.2. False for anything that is not exactly that leaf at that place of that tree. */
export function inclusionHolds({ index, size, leaf, path, root }: Inclusion): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let found = leaf;
  const arrived = climb({ node: index, last: size - 1 }, path, (sibling, onLeft) => {
    found = onLeft ? nodeHash(sibling, found) : nodeHash(found, sibling);
  });
  return arrived && found === root;
}

export type Consistency = {
  readonly oldSize: number;
  readonly oldRoot: string;
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
};

/** RFC 9162 section 2.1.4.2. Every tree begins with the empty one. */
export function consistencyHolds(proof: Consistency): boolean {
  const { oldSize, oldRoot, size, root, path } = proof;
  if (!isCount(oldSize) || !isCount(size) || oldSize > size) return false;
  if (oldSize === 0) return path.length === 0 && oldRoot === emptyRoot;
  if (oldSize === size) return path.length === 0 && oldRoot === root;
  return path.length > 0 && growthHolds(proof);
}

function growthHolds({ oldSize, oldRoot, size, root, path }: Consistency): boolean {
  let place: Place = { node: oldSize - 1, last: size - 1 };
  while (isOdd(place.node)) place = up(place);
  const [start = '', ...siblings] = isPowerOfTwo(oldSize) ? [oldRoot, ...path] : path;
  let [before, after] = [start, start];
  const arrived = climb(place, siblings, (sibling, onLeft) => {
    if (onLeft) before = nodeHash(sibling, before);
    after = onLeft ? nodeHash(sibling, after) : nodeHash(after, sibling);
  });
  return arrived && before === oldRoot && after === root;
}

/** From a node to the root, past each sibling. False when the path is not exactly as long as the way. */
function climb(start: Place, path: readonly string[], pass: (sibling: string, onLeft: boolean) => void): boolean {
  let place = start;
  for (const sibling of path) {
    if (place.last === 0) return false;
    const onLeft = isOdd(place.node) || place.node === place.last;
    pass(sibling, onLeft);
    place = up(onLeft ? skipLonely(place) : place);
  }
  return place.last === 0;
}

/** A node of one level, and the last node of that level. Sizes may pass 2^31, so no bit operators. */
type Place = { readonly node: number; readonly last: number };

const up = ({ node, last }: Place): Place => ({ node: Math.floor(node / 2), last: Math.floor(last / 2) });
const isOdd = (count: number): boolean => count % 2 === 1;

/** The last node of a level without a sibling moves up as it is. */
function skipLonely(place: Place): Place {
  if (isOdd(place.node) || place.node === 0) return place;
  return skipLonely(up(place));
}

const isCount = (count: number): boolean => Number.isSafeInteger(count) && count >= 0;
const isPowerOfTwo = (count: number): boolean => Number.isInteger(Math.log2(count));
