/** What the product said, read from its own store: the leading cause, its word, and when people saw what. */
import { z } from 'zod';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import type { Hypothesis } from '../../src/core/hypothesis.ts';
import type { Incident } from '../../src/core/incident.ts';
import { clocksOf } from '../../src/core/postmortem.ts';
import type { Store } from '../../src/ports.ts';
import type { Named, Said } from '../score/grade-case.ts';
import type { Scored } from '../score/totals.ts';

export async function readOutcome(store: Store, incident: Incident): Promise<Omit<Scored, 'score'>> {
  const audit = await store.auditRows({ incident: incident.id });
  const clocks = clocksOf({ incident, audit });
  const since = (atMs: number | null): number | null => (atMs === null ? null : atMs - incident.openedAtMs);
  return {
    said: saidOf(audit, await store.hypotheses(incident.id)),
    dollars: audit.reduce(
      (sum, { kind, body }) => sum + (kind === 'model.response' ? Number(body['dollars'] ?? 0) : 0),
      0,
    ),
    firstCardMs: since(clocks.firstCardAtMs),
    verdictMs: since(clocks.verdictAtMs),
    lateReads: (await store.gaps(incident.id)).filter(({ reason }) => late.test(reason)).length,
  };
}

/** As `flow/gather.ts` and the tools word it. */
const late = /no answer within/u;

const ranking = z.object({
  outcome: z.string(),
  causes: z.array(z.object({ entity: z.string(), kind: z.string(), change: z.string().nullable() })),
});

function saidOf(audit: readonly AuditRow[], hypotheses: readonly Hypothesis[]): Said {
  const ranked = ranking.safeParse(audit.findLast(({ kind }) => kind === 'engine.ranking')?.body).data;
  const verdict = audit.findLast(({ kind }) => kind === 'verdict')?.body;
  const told = verdict?.['label'];
  const label = typeof told === 'string' ? told : '';
  const [first] = hypotheses;
  const quiet = ranked?.outcome === 'nothing-wrong' || verdict?.['outcome'] === 'nothing-wrong';
  if (quiet) return { word: 'NothingWrong', score: null, lead: null, label };
  if (first === undefined) return { word: 'Inconclusive', score: null, lead: null, label };
  return { word: first.word, score: first.score, lead: namedOf(first, ranked?.causes ?? []), label };
}

/** Hypotheses carry code-host changes only; flags and other events are named in the engine's ranking. */
function namedOf({ entity, kind, change }: Hypothesis, causes: z.output<typeof ranking>['causes']): Named {
  if (change?.pullNumber != null) return { entity, kind, change: `${change.repository}#${change.pullNumber}` };
  const same = causes.find((cause) => cause.entity === entity && cause.kind === kind);
  return { entity, kind, change: same?.change ?? null };
}
