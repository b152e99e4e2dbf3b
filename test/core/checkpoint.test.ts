import { createPrivateKey } from 'node:crypto';
import { expect, test } from 'vitest';
import { auditKeyOf, parseCheckpoint, signCheckpoint } from '../../src/core/checkpoint.ts';
import { emptyRoot } from '../../src/core/merkle.ts';
import { isSignedBy, noteText, parseNotes, parseVerifierKey, verifierKey } from '../../src/core/signed-note.ts';

/** A key whose seed is 32 bytes of `seed`, so that what is signed is the same on every run. */
const keyOf = (seed: number) => {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  return auditKeyOf(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
};

const key = keyOf(7);
const at = { size: 20_852_163, root: emptyRoot, head: 'ab'.repeat(32) };

test('a checkpoint is a note of three lines, our chain head and one signature', () => {
  const note = signCheckpoint(at, key);
  expect(note.split('\n').slice(0, 5)).toEqual([
    key.note.name,
    '20852163',
    '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
    `chain ${'ab'.repeat(32)}`,
    '',
  ]);
  expect(note).toMatch(/^— causeway\/audit\/[0-9a-f]{12} [A-Za-z0-9+/]{91}=\n$/mu);
});

test('what was signed reads back, also from a file of several, and only its own key made it', () => {
  const second = signCheckpoint({ ...at, size: 0 }, key);
  const notes = parseNotes(`${signCheckpoint(at, key)}\n${second}\n`) ?? [];
  expect(notes.map(({ text }) => parseCheckpoint(text))).toEqual([
    { origin: key.note.name, ...at },
    { origin: key.note.name, ...at, size: 0 },
  ]);
  expect(notes.map(noteText)[1]).toBe(second);
  expect(notes.map((note) => isSignedBy(note, key.note))).toEqual([true, true]);
  expect(notes.map((note) => isSignedBy(note, keyOf(8).note))).toEqual([false, false]);
  expect(notes.map((note) => isSignedBy(note, { ...keyOf(8).note, name: key.note.name }))).toEqual([false, false]);
});

test('any changed byte of a checkpoint is refused', () => {
  const note = Buffer.from(signCheckpoint(at, key));
  const isRefused = (place: number, to: number) => {
    const [parsed, ...more] = parseNotes(Buffer.from(note.with(place, to)).toString('utf8')) ?? [];
    const accepted = parsed && more.length === 0 && isSignedBy(parsed, key.note) && parseCheckpoint(parsed.text);
    // Blank space at the end is no part of the note: a changed last newline changes nothing that was signed.
    return !accepted || noteText(parsed) === note.toString('utf8');
  };
  const flips = [...note].flatMap((byte, place) => Array.from({ length: 8 }, (_, bit) => [place, byte ^ (1 << bit)]));
  // The end of a base64 text has several spellings for the same bytes: every byte is tried there.
  const ends = [1, 2, 3, 4].flatMap((back) => Array.from({ length: 256 }, (_, to) => [note.length - back, to]));
  const changes = [...flips, ...ends].filter(([place = 0, to = 0]) => note[place] !== to);
  expect(changes.filter(([place = 0, to = 0]) => !isRefused(place, to))).toEqual([]);
  expect(changes.length).toBeGreaterThan(3200);
});

test('further signatures are ignored, a bad one of the same key is not', () => {
  const own = signCheckpoint(at, key);
  const stranger = `— witness.example ${Buffer.alloc(68, 1).toString('base64')}\n`;
  const spoilt = signCheckpoint({ ...at, size: 1 }, key)
    .split('\n')
    .at(-2);
  expect(parseNotes(own + stranger)?.map((note) => isSignedBy(note, key.note))).toEqual([true]);
  expect(parseNotes(`${own}${spoilt}\n`)?.map((note) => isSignedBy(note, key.note))).toEqual([false]);
});

test('a verifier key reads back, and one whose id is not its own does not', () => {
  const line = verifierKey(key.note);
  expect(parseVerifierKey(line)).toEqual(key.note);
  expect(parseVerifierKey(line.replace(/\+[0-9a-f]{8}\+/u, '+00000000+'))).toBeNull();
  expect(parseVerifierKey('ssh-ed25519 AAAA')).toBeNull();
});

test('the note of another project verifies with its verifier key', () => {
  // The example of the Go checksum database's note package.
  const peter = parseVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW');
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signature =
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
  const [note] = parseNotes(`${text}\n${signature}\n`) ?? [];
  expect(note && peter && isSignedBy(note, peter)).toBe(true);
  expect(note && peter && isSignedBy({ ...note, text: text.replace('think', 'thing') }, peter)).toBe(false);
});

test('what is no checkpoint is not read as one', () => {
  const texts = ['', 'a\n', 'a\n01\nb\n', `a\n-1\n${'A'.repeat(43)}=\nchain ${'0'.repeat(64)}\n`];
  expect(texts.map(parseCheckpoint)).toEqual([null, null, null, null]);
  expect(parseNotes('{"rows": 1}')).toBeNull();
});
