/** LogQL from typed parts: no text of anybody's reaches the query other than inside a quoted literal. */
import { z } from 'zod';
import { goLiteral } from '../reading/go-literal.ts';

/** Label names: https://grafana.com/docs/loki/latest/get-started/labels/ */
export const labelName = z.string().regex(/^(?!__)[a-zA-Z_][a-zA-Z0-9_]{0,99}$/);

export const matcherInput = z.object({
  label: labelName.describe('Stream label'),
  operator: z.enum(['=', '!=']).describe('The value, or any other'),
  value: z.string().max(200).describe('Label value'),
});
export type Matcher = z.output<typeof matcherInput>;

export const phraseInput = z.string().min(2).max(120);

export type LineFilter = {
  /** Every one of them is in the line. */
  readonly contains: readonly string[];
  /** None of them is. */
  readonly excludes: readonly string[];
  /** RE2, ours only. */
  readonly expression: string | null;
};

/** `{label="value", ...}`; Loki wants at least one `=` matcher. */
export const streamSelector = (matchers: readonly Matcher[]): string =>
  `{${matchers.map(({ label, operator, value }) => `${label}${operator}${goLiteral(value)}`).join(', ')}}`;

export function logQuery(matchers: readonly Matcher[], { contains, excludes, expression }: LineFilter): string {
  const filters = [
    ...contains.map((phrase) => `|= ${goLiteral(phrase)}`),
    ...excludes.map((phrase) => `!= ${goLiteral(phrase)}`),
    ...(expression === null ? [] : [`|~ ${goLiteral(expression)}`]),
  ];
  return [streamSelector(matchers), ...filters].join(' ');
}
