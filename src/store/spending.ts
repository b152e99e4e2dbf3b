import { type RawBuilder, sql } from 'kysely';
import { z } from 'zod';
import type { AuditEntry } from '../core/audit-entry.ts';
import { nothingSpent, type Spending, spendingOf, utcDay } from '../core/spending.ts';
import type { Store } from '../ports.ts';
import type { Database } from './open-database.ts';

/** Spent outside any incident. */
const noIncident = '';

type Added = { readonly incident: string | null; readonly atMs: number; readonly spent: Spending };

const adding = ({ incident, atMs, spent }: Added): RawBuilder<unknown> => {
  const { dollars, inputTokens, outputTokens, seconds, toolCalls, vendorCalls } = spent;
  return sql`insert into spending as s
      (day, incident, dollars, input_tokens, output_tokens, seconds, tool_calls, vendor_calls)
    values (${utcDay(atMs)}, ${incident ?? noIncident}, ${dollars}, ${inputTokens}, ${outputTokens}, ${seconds},
      ${toolCalls}, ${vendorCalls})
    on conflict (day, incident) do update set
      dollars = s.dollars + excluded.dollars, input_tokens = s.input_tokens + excluded.input_tokens,
      output_tokens = s.output_tokens + excluded.output_tokens, seconds = s.seconds + excluded.seconds,
      tool_calls = s.tool_calls + excluded.tool_calls, vendor_calls = s.vendor_calls + excluded.vendor_calls`;
};

/** In one statement with the audit row that says it was spent, so that the totals are never behind the log. */
export function withSpending(entry: AuditEntry, query: RawBuilder<{ seq: string }>): RawBuilder<{ seq: string }> {
  const spent = spendingOf(entry);
  if (spent === null) return query;
  return sql<{
    seq: string;
  }>`with spent as (${adding({ incident: entry.incident, atMs: entry.atMs, spent })}) ${query}`;
}

const storedSum = z.object({
  scope: z.enum(['incident', 'day']),
  dollars: z.number(),
  inputTokens: z.number(),
  outputTokens: z.number(),
  seconds: z.number(),
  toolCalls: z.number(),
  vendorCalls: z.number(),
});

const sums = sql`coalesce(sum(dollars), 0) as "dollars", coalesce(sum(input_tokens), 0) as "inputTokens",
  coalesce(sum(output_tokens), 0) as "outputTokens", coalesce(sum(seconds), 0) as "seconds",
  coalesce(sum(tool_calls), 0) as "toolCalls", coalesce(sum(vendor_calls), 0) as "vendorCalls"`;

export function spendingRoom(database: Database): Pick<Store, 'spend' | 'spending'> {
  return {
    async spend(incident, atMs, spent) {
      await adding({ incident, atMs, spent: { ...nothingSpent, ...spent } }).execute(database.writer(null));
    },
    async spending(incident, atMs) {
      const query = sql`select 'incident' as scope, ${sums} from spending where incident = ${incident ?? ''} and incident <> ''
        union all select 'day', ${sums} from spending where day = ${utcDay(atMs)}`;
      const { rows } = await query.execute(database.reader());
      const parsed = rows.map((row) => storedSum.parse(row));
      const of = (wanted: 'incident' | 'day'): Spending => {
        const found = parsed.find(({ scope }) => scope === wanted);
        if (found === undefined) return nothingSpent;
        const { scope: _scope, ...spent } = found;
        return spent;
      };
      return { incident: of('incident'), day: of('day') };
    },
  };
}
