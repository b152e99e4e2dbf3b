import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, digestTail, inOrder, sealHolds, sealPlan, sha256Hex } from '../../src/core/digest.ts';
import type { Json } from '../../src/core/json.ts';
import type { Plan } from '../../src/core/plan.ts';

const plan: Plan = {
  format: 1,
  id: 'PLAN-1',
  version: 1,
  incident: 'INC-1',
  title: 'Roll back #41',
  kind: 'runbook',
  service: 'checkout',
  steps: [{ id: 'a', action: 'x', parameters: { flag: 'new', nested: { list: [1, null, true] } }, says: 'Do it' }],
  preconditions: [{ name: 'head', expected: 'abc' }],
  preview: null,
  rehearsal: [],
  inverse: { says: 'Undo it', steps: [] },
  risk: 1,
  riskReasons: [],
  blastRadius: { services: 1, files: 1, says: 'one' },
  expectedEffect: 'recovers',
  runsAs: 'causeway',
  requester: 'rita',
  policyVersion: 'p',
  catalogueVersion: 'c',
  createdAtMs: 1,
  expiresAtMs: 2,
  startWithinMs: 3,
};

it('writes canonical JSON as RFC 8785 says', () => {
  const value = { '\u20ac': 'Euro', '\r': 1, '1': [1e30, 4.5, 0.002, 1e-27], b: { z: null, a: true }, ö: '\u000f' };
  const expected = '{"\\r":1,"1":[1e+30,4.5,0.002,1e-27],"b":{"a":true,"z":null},"ö":"\\u000f","€":"Euro"}';
  expect(canonicalJson(value)).toBe(expected);
});

it('hashes the known empty text', () => {
  expect(sha256Hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
});

it('does not depend on the order of keys', () => {
  const shuffled = Object.fromEntries(Object.entries(plan).toReversed()) as Plan;
  expect(sealPlan(shuffled).digest).toBe(sealPlan(plan).digest);
});

it('changes with every field', () => {
  const { digest } = sealPlan(plan);
  const changed = Object.entries(plan).map(([key, value]) => {
    const other = typeof value === 'number' ? value + 1 : `${JSON.stringify(value)}!`;
    return sealPlan({ ...plan, [key]: other } as Plan).digest;
  });
  expect(new Set([digest, ...changed]).size).toBe(changed.length + 1);
  expect(changed).toHaveLength(23);
});

it('changes with any text inside a step', () => {
  const seal = (flag: string): string => {
    const steps = plan.steps.map((step) => ({ ...step, parameters: { ...step.parameters, flag } }));
    return sealPlan({ ...plan, steps }).digest;
  };
  const property = fc.property(fc.string(), (flag) => (seal(flag) === sealPlan(plan).digest) === (flag === 'new'));
  expect(fc.check(property)).toMatchObject({ failed: false });
});

it('notices a plan under a foreign digest', () => {
  const sealed = sealPlan(plan);
  expect(sealHolds(sealed)).toBe(true);
  expect(sealHolds({ ...sealed, plan: { ...plan, risk: 2 } })).toBe(false);
  expect(digestTail(sealed.digest)).toBe(sealed.digest.slice(56));
});

it('refuses numbers JSON cannot hold', () => {
  expect(() => canonicalJson({ value: Number.NaN })).toThrow(/NaN/u);
});

it('the fast way and the library write the same text for any JSON, keys in order or not', () => {
  const wellFormedJson = fc.json({ stringUnit: 'grapheme', maxDepth: 4 }).map((text): Json => JSON.parse(text));
  const same = fc.property(wellFormedJson, (value) => {
    const text = canonicalJson(value);
    return text === canonicalize(value) && canonicalJson(JSON.parse(text)) === text;
  });
  expect(fc.check(same, { numRuns: 500 })).toMatchObject({ failed: false });
  expect(inOrder({ 2: 'b', 10: 'a' })).toBe(false);
  expect(canonicalJson({ 2: 'b', 10: 'a' })).toBe('{"10":"a","2":"b"}');
});
