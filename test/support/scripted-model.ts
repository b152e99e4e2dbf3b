/** What scripted models say, and what must hold of a look whatever they said. */
import { expect } from 'vitest';
import type { Scripted } from './messages-server.ts';
import type { Seen } from './model-stage.ts';

export const read = (...given: readonly unknown[]): Scripted => ({
  uses: given.map((service) => ({ name: 'queue_depth', input: { service } })),
});

export const challenge = (verdict = 'survived'): Scripted => ({
  uses: [{ name: 'submit_challenge', input: { verdict, objection: 'none holds' } }],
});

export const cite = (pointer: string, value: number, evidence = 'E1') => ({ evidence, number: { pointer, value } });
export const quote = (text: string, evidence = 'E1') => ({ evidence, quote: text });
export const claim = (text: string, ...citations: readonly unknown[]) => ({ text, citations });

/** What the stage's evidence proves. */
export const proven = claim('The queue of payments holds 962', cite('/depth', 962));

export const hypothesisOf = (claims: readonly unknown[], change: object = {}) => ({
  kind: 'quota',
  entity: 'payments',
  change: null,
  claims,
  wrongIf: 'the queue drains',
  against: [],
  ...change,
});

export const submission = (...hypotheses: readonly unknown[]): Scripted => ({
  uses: [{ name: 'submit_findings', input: { outcome: 'causes', hypotheses } }],
});

export const submitting = (...claims: readonly unknown[]): Scripted => submission(hypothesisOf(claims));

/** Submits, insists when it is asked to correct, then answers the challenge. */
export const insisting =
  (findings: Scripted) =>
  (_turn: number, { messages }: { readonly messages: readonly unknown[] }): Scripted =>
    JSON.stringify(messages.at(-1)).includes('argue against') ? challenge() : findings;

export const evil = 'https://evil.example/x';

/**
 * However the model behaved: the story ended in cards in its own channel, on the level of reads. No plan that code did not
 * compile, no approval, no effect, no link or mention that is not ours.
 */
export function expectHarmless(seen: Seen): void {
  expect(seen.incident.phase).toBe('settled');
  expect(seen.payloads).not.toContain('I could not finish');
  expect(seen.plans).toEqual([]);
  const kinds = new Set(seen.rows.map(({ kind }) => kind));
  for (const kind of ['effect.intent', 'effect.result', 'approval.click', 'plan.proposed', 'plan.state'] as const)
    expect(kinds).not.toContain(kind);
  expect(seen.cards.flatMap(({ actions = [] }) => actions).filter(({ id }) => /plan|glass/u.test(id))).toEqual([]);
  const posted = seen.rows.filter(({ kind }) => kind === 'message.posted');
  expect(posted.length).toBeGreaterThan(2);
  expect(seen.elsewhere).toEqual([]);
  expect(seen.sent.slack).not.toMatch(/"url":"[^"]*evil|"type":"(?:user|usergroup|broadcast|channel)"/u);
  expect(seen.sent.teams).not.toMatch(/"url":"[^"]*evil|\]\([^)]*evil|https?:\/\/evil|<at>|@(?:channel|everyone)/u);
  expect(seen.sent.web).not.toMatch(/(?:href|src|action)="[^"]*evil|<at>/u);
  expect(seen.payloads.length).toBeLessThan(600_000);
}

/** The engine's word stands, and people are told why. */
export function expectEngineAlone(seen: Seen, why: string): void {
  expectHarmless(seen);
  expect(seen.foot).toContain(`Running without the model: ${why}`);
  expect(seen.hypotheses.every(({ by }) => by === 'engine')).toBe(true);
}

/** What the model proved was said, on all three platforms. */
export function expectSaid(seen: Seen, text: string): void {
  expectHarmless(seen);
  for (const platform of ['slack', 'teams', 'web'] as const) expect(seen.sent[platform], platform).toContain(text);
}

export function expectUnsaid(seen: Seen, text: string): void {
  expectHarmless(seen);
  expect(seen.payloads).not.toContain(text);
  expect(JSON.stringify(seen.hypotheses)).not.toContain(text);
}
