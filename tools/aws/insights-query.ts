/**
 * The only way a CloudWatch Logs Insights query is written here: from a closed set of commands, fields and operators, with
 * every text as one escaped string literal. Source: AWS, "CloudWatch Logs Insights language query syntax".
 */
export const insightsFields = ['@timestamp', '@message', '@logStream', '@log'] as const;
export type InsightsField = (typeof insightsFields)[number];

export type InsightsTest =
  | { readonly kind: 'contains' | 'lacks' | 'equals'; readonly field: InsightsField; readonly text: string }
  /** At least one test; `any` of them, or `all`. */
  | { readonly kind: 'any' | 'all'; readonly tests: readonly InsightsTest[] };

export type InsightsQuery = {
  readonly fields: readonly InsightsField[];
  readonly where: readonly InsightsTest[];
  readonly sort: { readonly field: InsightsField; readonly direction: 'asc' | 'desc' };
};

/** The query as text, one command a line. Throws a RangeError for a text that no literal can hold. */
export function writeInsights({ fields, where, sort }: InsightsQuery): string {
  return [
    `fields ${fields.join(', ')}`,
    ...where.map((test) => `filter ${writeTest(test)}`),
    `sort ${sort.field} ${sort.direction}`,
  ].join('\n| ');
}

const operators = { contains: 'like', lacks: 'not like', equals: '=' } as const;

function writeTest(test: InsightsTest): string {
  switch (test.kind) {
    case 'any':
      return `(${test.tests.map(writeTest).join(' or ')})`;
    case 'all':
      return `(${test.tests.map(writeTest).join(' and ')})`;
    case 'contains':
    case 'lacks':
    case 'equals':
      return `${test.field} ${operators[test.kind]} ${literal(test.text)}`;
  }
}

const charactersMax = 200;

function literal(text: string): string {
  if (text === '' || text.length > charactersMax || /\p{Cc}/u.test(text)) {
    throw new RangeError(`an Insights literal holds 1 to ${charactersMax} characters and no control characters`);
  }
  return `"${text.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}
