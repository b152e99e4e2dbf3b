/** The two typed answers a model can give. Unknown keys and kinds are refused; ids are checked against the ledger after. */
import { z } from 'zod';
import { type BoardUpdate, boardMoves } from '../core/board.ts';
import type { Findings } from '../core/findings.ts';
import { causeKinds } from '../core/hypothesis.ts';
import type { Json } from '../core/json.ts';
import { done, failed, type Result } from '../core/result.ts';
import { taint } from '../core/tainted.ts';

const outsideText = (max: number) => z.string().min(1).max(max).transform(taint);

const citation = z
  .strictObject({
    evidence: z.templateLiteral(['E', z.int().positive()]).describe('Evidence id, such as E3'),
    quote: z.string().min(1).max(500).exactOptional().describe('Copied letter by letter from that evidence'),
    number: z
      .strictObject({ pointer: z.string().max(300), value: z.number() })
      .exactOptional()
      .describe('JSON pointer into that evidence, as listed under numbers, and the value there'),
  })
  .refine(({ quote, number }) => quote !== undefined || number !== undefined, 'cite a quote, a number or both');

const claim = z.strictObject({
  text: outsideText(500).describe('One fact, one sentence'),
  citations: z.array(citation).min(1).max(6),
});

const weighed = {
  kind: z.enum(causeKinds),
  entity: z.string().min(1).max(100).describe('Service id of the catalogue that is at fault'),
  change: z.string().min(1).max(200).nullable().describe('Id of the change that caused it, or null'),
};

const findingsInput = z
  .strictObject({
    outcome: z.enum(['causes', 'nothing-wrong', 'cannot-tell']),
    hypotheses: z
      .array(
        z.strictObject({
          ...weighed,
          claims: z.array(claim).min(1).max(10),
          wrongIf: outsideText(500).describe('The observation that would prove this cause wrong'),
          against: z.array(claim).max(10).describe('What speaks against this cause; empty when nothing does'),
        }),
      )
      .max(5)
      .describe('Most likely first'),
    calm: z
      .array(claim)
      .max(6)
      .exactOptional()
      .describe('Only with nothing-wrong: what shows that the trouble is over or never was, each with a cited number'),
  })
  .refine(({ outcome, hypotheses }) => outcome !== 'causes' || hypotheses.length > 0, {
    path: ['hypotheses'],
    message: 'the outcome causes needs at least one hypothesis',
  });

const boardInput = z.strictObject({
  moves: z
    .array(
      z.strictObject({
        ...weighed,
        move: z.enum(boardMoves),
        because: claim.nullable().describe('What moved it, cited; null only for a new hypothesis'),
      }),
    )
    .max(8),
  next: z
    .array(z.strictObject({ tool: z.string().max(100), service: z.string().max(100).nullable() }))
    .max(8)
    .describe('The reads that would separate the hypotheses, the most telling first'),
});

const challengeInput = z.strictObject({
  verdict: z.enum(['survived', 'weakened', 'refuted']),
  objection: z.string().min(1).max(1_000).describe('The strongest objection, and why it holds or not'),
});

export const findingsTool = 'submit_findings';
export const challengeTool = 'submit_challenge';
export const boardTool = 'update_board';

type SubmissionTool = { readonly name: string; readonly description: string; readonly inputSchema: Json };

const jsonSchema = (schema: z.ZodType): Json => z.json().parse(z.toJSONSchema(schema, { io: 'input' }));

export const submissionTools: readonly SubmissionTool[] = [
  {
    name: boardTool,
    description:
      'Put your plan on the hypothesis board, and later what each result changed. Asks no vendor. People watch it; every ' +
      'move is checked against the evidence. Call it together with the reads of the same turn.',
    inputSchema: jsonSchema(boardInput),
  },
  {
    name: findingsTool,
    description: 'Submit what the evidence supports. Ends the reading; every claim is checked against the evidence.',
    inputSchema: jsonSchema(findingsInput),
  },
  {
    name: challengeTool,
    description: 'Answer the challenge to your findings. Only when asked to, after submit_findings.',
    inputSchema: jsonSchema(challengeInput),
  },
];

/** Failure says what is expected, for the model to correct. */
export function parseFindings(input: unknown): Result<Findings, string> {
  const parsed = findingsInput.safeParse(input);
  return parsed.success ? done(parsed.data) : failed(z.prettifyError(parsed.error));
}

/** Null when it is not a challenge: then none has run. */
export function parseChallenge(input: unknown): z.infer<typeof challengeInput>['verdict'] | null {
  const parsed = challengeInput.safeParse(input);
  return parsed.success ? parsed.data.verdict : null;
}

/** Failure says what is expected, for the model to correct. */
export function parseBoard(input: unknown): Result<BoardUpdate, string> {
  const parsed = boardInput.safeParse(input);
  return parsed.success ? done(parsed.data) : failed(z.prettifyError(parsed.error));
}
