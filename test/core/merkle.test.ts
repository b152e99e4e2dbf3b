import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  consistencyHolds,
  consistencyRanges,
  emptyRoot,
  inclusionHolds,
  inclusionRanges,
  leafHash,
  rangeHasher,
  treeHasher,
} from '../../src/core/merkle.ts';

/** The eight leaves and roots that the implementations of Certificate Transparency are tested with. */
const knownLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map(leafHash);
const knownRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function rootOf(leaves: readonly string[]): string {
  const tree = treeHasher();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
}

/** The definition of RFC 6962, word for word, on bytes: an independent second implementation. */
function definedRoot(leaves: readonly string[]): Buffer {
  if (leaves.length === 0) return createHash('sha256').digest();
  if (leaves.length === 1) return Buffer.from(leaves[0] ?? '', 'hex');
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const sides = [Buffer.of(1), definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split))];
  return createHash('sha256').update(Buffer.concat(sides)).digest();
}

function proofOf(ranges: Parameters<typeof rangeHasher>[0], leaves: readonly string[]): string[] {
  const hasher = rangeHasher(ranges);
  for (const leaf of leaves) hasher.append(leaf);
  return hasher.roots();
}

const leavesOf = (size: number): string[] =>
  Array.from({ length: size }, (_, n) => leafHash(n.toString(16).padStart(8, '0')));

const inclusionOf = (leaves: readonly string[], index: number) => ({
  index,
  size: leaves.length,
  leaf: leaves[index] ?? '',
  path: proofOf(inclusionRanges(index, { from: 0, to: leaves.length }), leaves),
  root: rootOf(leaves),
});

const consistencyOf = (leaves: readonly string[], oldSize: number) => ({
  oldSize,
  oldRoot: rootOf(leaves.slice(0, oldSize)),
  size: leaves.length,
  root: rootOf(leaves),
  path: oldSize === 0 ? [] : proofOf(consistencyRanges(oldSize, leaves.length), leaves),
});

const flipBit = (hex: string, bit: number): string => {
  const bytes = Buffer.from(hex, 'hex');
  bytes[Math.floor(bit / 8)] = (bytes[Math.floor(bit / 8)] ?? 0) ^ (1 << (bit % 8));
  return bytes.toString('hex');
};

test('roots are those of the known vectors', () => {
  expect(knownRoots.map((_, at) => rootOf(knownLeaves.slice(0, at + 1)))).toEqual(knownRoots);
  expect(rootOf([])).toBe(emptyRoot);
});

test('proofs are those of the known vectors', () => {
  expect(inclusionOf(knownLeaves, 0).path).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ]);
  expect(consistencyOf(knownLeaves, 6).path).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ]);
  expect(consistencyOf(knownLeaves.slice(0, 5), 2).path).toEqual([
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ]);
});

test('the root of every size to 130 is the defined one', () => {
  const leaves = leavesOf(130);
  const sizes = Array.from({ length: 131 }, (_, size) => size);
  const defined = sizes.map((size) => definedRoot(leaves.slice(0, size)).toString('hex'));
  expect(sizes.map((size) => rootOf(leaves.slice(0, size)))).toEqual(defined);
});

test('every inclusion and every consistency proof to 40 leaves holds', () => {
  const leaves = leavesOf(40);
  const failed: string[] = [];
  for (let size = 1; size <= leaves.length; size += 1) {
    const grown = leaves.slice(0, size);
    for (let at = 0; at <= size; at += 1) {
      if (at < size && !inclusionHolds(inclusionOf(grown, at))) failed.push(`inclusion ${at} of ${size}`);
      if (!consistencyHolds(consistencyOf(grown, at))) failed.push(`consistency ${at} of ${size}`);
    }
  }
  expect(failed).toEqual([]);
});

const sized = fc
  .integer({ min: 2, max: 200 })
  .chain((size) =>
    fc.record({ leaves: fc.constant(leavesOf(size)), at: fc.nat(size - 1), bit: fc.nat(255), pick: fc.nat(1_000) }),
  );

test('an inclusion proof with any bit, place or length changed fails', () => {
  fc.assert(
    fc.property(sized, ({ leaves, at, bit, pick }) => {
      const proof = inclusionOf(leaves, at);
      const step = pick % proof.path.length;
      const forged = [
        { ...proof, leaf: flipBit(proof.leaf, bit) },
        { ...proof, root: flipBit(proof.root, bit) },
        { ...proof, path: proof.path.with(step, flipBit(proof.path[step] ?? '', bit)) },
        { ...proof, path: proof.path.toSpliced(step, 1) },
        { ...proof, path: [...proof.path, proof.root] },
        { ...proof, index: at === 0 ? 1 : at - 1 },
        { ...proof, index: leaves.length },
        { ...proof, index: -1 },
        { ...proof, index: at + 0.5 },
      ];
      expect([proof, ...forged].map(inclusionHolds)).toEqual([true, ...forged.map(() => false)]);
    }),
    { numRuns: 100 },
  );
});

test('a consistency proof with any bit, size or length changed fails', () => {
  fc.assert(
    fc.property(sized, ({ leaves, at, bit, pick }) => {
      const proof = consistencyOf(leaves, at + 1);
      const step = pick % Math.max(1, proof.path.length);
      const forged = [
        { ...proof, oldRoot: flipBit(proof.oldRoot, bit) },
        { ...proof, root: flipBit(proof.root, bit) },
        { ...proof, path: [...proof.path, proof.root] },
        { ...proof, oldSize: proof.size + 1 },
        { ...proof, oldSize: 0 },
        ...(proof.path.length === 0
          ? []
          : [
              { ...proof, path: proof.path.with(step, flipBit(proof.path[step] ?? '', bit)) },
              { ...proof, path: proof.path.toSpliced(step, 1) },
              { ...proof, path: [] },
            ]),
      ];
      expect([proof, ...forged].map(consistencyHolds)).toEqual([true, ...forged.map(() => false)]);
    }),
    { numRuns: 100 },
  );
});
