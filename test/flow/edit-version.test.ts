import { expect, it } from 'vitest';
import { createEditVersions } from '../../src/flow/edit-version.ts';

it('two edits within one millisecond are both newer than the one before', () => {
  const next = createEditVersions();
  const versions = [next(1_000), next(1_000), next(1_001), next(1_001)];
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(new Set(versions).size).toBe(4);
});

it('a clock that goes back takes no edit back', () => {
  const next = createEditVersions();
  const before = next(2_000);
  expect(next(1_000)).toBeGreaterThan(before);
});

it('the edit of another replica a millisecond later wins', () => {
  const [one, other] = [createEditVersions(), createEditVersions()];
  const many = Array.from({ length: 500 }, () => one(1_000));
  expect(other(1_001)).toBeGreaterThan(many.at(-1) ?? 0);
});
