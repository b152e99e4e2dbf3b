/** A button decides only what it was made for: any change of any part of it, or of where it is pressed, shows. */
import { expect, it } from 'vitest';
import { type ButtonUse, buttonHolds, buttonValue, readButton } from '../../src/core/approval-button.ts';
import { sealPlan } from '../../src/core/digest.ts';
import { samplePlan } from '../support/sample-plan.ts';

const key = new Uint8Array(32).fill(3);
const row = { ...sealPlan(samplePlan), nonce: '0123456789abcdef0123456789abcdef' };
const place = { platform: 'slack', tenant: 'T1', channel: 'C1' } as const;
const use: ButtonUse = { decision: 'approve-plan', place };
const value = buttonValue(key, row, use);

function holds(given: string, change: { key?: Uint8Array; use?: ButtonUse } = {}): boolean {
  const read = readButton(given);
  return read?.kind === 'sealed' && buttonHolds(change.key ?? key, read, change.use ?? use);
}

it('reads back what a button carries, and holds where it was made for', () => {
  const digestTail = row.digest.slice(-8);
  expect(readButton(value)).toMatchObject({ kind: 'sealed', plan: 'plan-1', version: 1, digestTail, nonce: row.nonce });
  expect(holds(value)).toBe(true);
});

it.each<[string, { key?: Uint8Array; use?: ButtonUse }]>([
  ['another installation', { key: new Uint8Array(32) }],
  ['another decision', { use: { ...use, decision: 'break-glass' } }],
  ['another channel', { use: { ...use, place: { ...place, channel: 'C2' } } }],
  ['another tenant', { use: { ...use, place: { ...place, tenant: 'T2' } } }],
  ['another platform', { use: { ...use, place: { ...place, platform: 'teams' } } }],
  ['one person', { use: { ...use, place: { platform: 'slack', tenant: 'T1', person: 'C1' } } }],
])('does not hold for %s', (_what, change) => {
  expect(holds(value, change)).toBe(false);
});

it('does not hold when any one character is another', () => {
  const changed = Array.from(value, (letter, index) => {
    const other = letter === '1' ? '2' : '1';
    return `${value.slice(0, index)}${other}${value.slice(index + 1)}`;
  });
  expect(changed.filter((each) => each !== value && holds(each))).toEqual([]);
});

it('has a value that fits Slack and Teams, whatever the plan is called', () => {
  const long = { ...row, plan: { ...row.plan, id: `plan-${'x'.repeat(100)}`, version: 999_999 } };
  expect(buttonValue(key, long, use).length).toBeLessThan(250);
});

it('knows a button of before buttons were sealed, and nothing else', () => {
  expect(readButton('plan-1:1:0123abcd')).toEqual({ kind: 'old', plan: 'plan-1' });
  const strange = ['', 'x', 'plan-1:1:zzzzzzzz', value.slice(0, -1), `${value}x`, `${value}.x`, 'a b.1.01234567.n.s'];
  expect(strange.filter((each) => readButton(each) !== null)).toEqual([]);
});
