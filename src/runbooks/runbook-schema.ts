import { RE2JS, RE2JSException } from 're2js';
import { z } from 'zod';
import { causeKinds } from '../core/hypothesis.ts';
import type { Json } from '../core/json.ts';
import { runbookFacts } from '../core/runbook-facts.ts';

const json: z.ZodType<Json> = z.json();
const kebab = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,63}$/u, 'use lower-case letters, digits and hyphens, e.g. restart-pods');
const sentence = z.string().min(1, 'say it in a sentence').max(300, 'at most 300 characters');
const inputName = z.string().regex(/^[a-z][\w-]{0,39}$/iu, 'start with a letter; letters, digits, _ and - only');

const pattern = z
  .string()
  .max(500)
  .refine(isPattern, 'not a regular expression that RE2 understands (no look-around, no back-references)');

function isPattern(text: string): boolean {
  try {
    RE2JS.compile(text);
    return true;
  } catch (error) {
    if (error instanceof RE2JSException) return false;
    throw error;
  }
}

const about = { description: sentence, suggest: z.enum(runbookFacts).optional() };

const input = z.discriminatedUnion('type', [
  z.strictObject({
    ...about,
    type: z.literal('string'),
    pattern,
    maxLength: z.int().min(1).max(1_000).default(100),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...about,
    type: z.literal('enum'),
    values: z.array(z.string().min(1)).min(1, 'list at least one value').max(50),
    default: z.string().optional(),
  }),
  z.strictObject({
    ...about,
    type: z.literal('number'),
    min: z.number(),
    max: z.number(),
    integer: z.boolean().default(true),
    default: z.number().optional(),
  }),
  z.strictObject({ ...about, type: z.literal('boolean'), default: z.boolean().optional() }),
]);

const parameters = z.record(z.string(), json);

const undo = z.union(
  [z.strictObject({ says: sentence, action: kebab.optional(), parameters }), z.strictObject({ impossible: sentence })],
  { error: 'give `says` and `parameters`, or `impossible: <why it cannot be undone>`' },
);

const step = z.strictObject({
  id: kebab,
  action: kebab,
  says: sentence,
  parameters,
  verify: sentence,
  undo,
  timeoutSeconds: z.int().min(5, 'at least 5 seconds').max(3_600, 'at most 3600 seconds').default(300),
});

/** A runbook file as written. Unknown fields are refused: a misspelt `undo` must not pass in silence. */
export const runbookFile = z.strictObject({
  name: kebab,
  title: sentence,
  owner: z.string().min(1, 'name the group of the catalogue that owns this runbook'),
  risk: z.union([z.literal(1), z.literal(2), z.literal(3)], { error: 'risk is 1, 2 or 3' }),
  staleAfterDays: z.int().min(1, 'at least 1 day').max(3_650, 'at most 3650 days').optional(),
  reach: z.enum(['service', 'callees'], { error: 'reach is service or callees' }).default('service'),
  suggestsFor: z.array(z.enum(causeKinds)).default([]),
  inputs: z.record(inputName, input).default({}),
  preconditions: z.array(z.strictObject({ name: z.string().min(1), expected: json })).default([]),
  steps: z.array(step).min(1, 'a runbook needs at least one step').max(20, 'at most 20 steps'),
  expectedEffect: sentence,
  guidance: z.string().max(10_000).default(''),
});
