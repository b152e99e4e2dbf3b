/** A model's answers to one case, kept so that they can be played again without it. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { canonicalJson } from '../../src/core/digest.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import type { Recording } from '../../src/core/recording.ts';
import { answersIn } from '../../src/replay/recorded-store.ts';
import { answerSchema, spokenOf } from './answer.ts';
import type { Answerer } from './messages-server.ts';

const transcriptSchema = z.strictObject({
  format: z.literal(1),
  scenario: z.string(),
  /** `model claude-...`, or `by hand`: never to be told as something else. */
  reasonedBy: z.string(),
  /** Which read each id of the answers meant: numbers are given in the order of arrival. */
  evidence: z.record(z.string().regex(/^E\d+$/u), z.string()),
  turns: z.array(answerSchema).min(1),
  /** What the gate and the verdict rules made of it: a play of these answers must come to the same. */
  outcome: z.strictObject({
    label: z.string(),
    dropped: z.array(z.string()),
    causes: z.array(
      z.strictObject({
        kind: z.string(),
        entity: z.string(),
        word: z.string(),
        rests: z.array(z.string()),
      }),
    ),
  }),
});
export type Transcript = z.output<typeof transcriptSchema>;

/** Null where there is none. @throws where it does not fit the format. */
export async function readTranscript(path: string): Promise<Transcript | null> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const parsed = transcriptSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} does not fit the format:\n${z.prettifyError(parsed.error)}`);
}

export type Told = { readonly scenario: string; readonly reasonedBy: string };

const response = z.object({
  content: z.array(z.unknown()),
  stopReason: z.string(),
  // What a small model left out of a view is no turn of the conversation.
  purpose: z.undefined().optional(),
});

/** From what the product recorded of its own conversation. Null when no answer came. */
export function transcriptOf(told: Told, recording: Recording): Transcript | null {
  const turns = answersIn(recording).flatMap(({ body }) => {
    const parsed = response.safeParse(body);
    if (!parsed.success) return [];
    return { content: spokenOf(parsed.data.content), stop_reason: parsed.data.stopReason };
  });
  const names = namesOf(recording.evidence);
  const outcome = outcomeOf(recording, names);
  const evidence = Object.fromEntries(names);
  const parsed = transcriptSchema.safeParse({ format: 1, ...told, evidence, turns, outcome });
  return parsed.success ? parsed.data : null;
}

export const writeTranscript = (path: string, transcript: Transcript): Promise<void> =>
  writeFile(path, `${JSON.stringify(transcript, null, 1)}\n`);

const dropped = z.object({ dropped: z.array(z.string()) });
const verdict = z.object({
  label: z.string(),
  hypotheses: z.array(
    z.object({
      kind: z.string(),
      entity: z.string(),
      word: z.string(),
      evidence: z.array(z.string()),
    }),
  ),
});

/** Evidence by its names: numbers are given in the order of arrival. */
function outcomeOf({ audit }: Recording, names: ReadonlyMap<string, string>) {
  const last = (kind: string): unknown => audit.findLast((row) => row.kind === kind)?.body;
  const { label = '', hypotheses = [] } = verdict.safeParse(last('verdict')).data ?? {};
  const renamed = (text: string): string => text.replaceAll(/\bE\d+\b/gu, (id) => names.get(id) ?? id);
  return {
    label: renamed(label),
    dropped: (dropped.safeParse(last('claim.dropped')).data?.dropped ?? []).map(renamed),
    causes: hypotheses.map(({ evidence, ...cause }) => ({ ...cause, rests: evidence.map(renamed).toSorted() })),
  };
}

/** What a play of a transcript came to that the recording did not; null when both came to the same. */
export function differenceFrom(then: Transcript, now: Transcript | null): string | null {
  if (now === null) return 'no answer came';
  if (now.turns.length !== then.turns.length) return `${now.turns.length} turns instead of ${then.turns.length}`;
  const [before, after] = [JSON.stringify(then.outcome), JSON.stringify(now.outcome)];
  return before === after ? null : `${after} instead of ${before}`;
}

/** The same read has another number in another run; its input is the same, as the clock of the world stands still. */
function namesOf(evidence: readonly Pick<Evidence, 'id' | 'tool' | 'input'>[]): ReadonlyMap<string, string> {
  const seen = new Map<string, number>();
  return new Map(
    evidence.map(({ id, tool, input }) => {
      // Members come in another order from a model's answer that was kept.
      const read = `${tool} ${canonicalJson(input)}`;
      const count = (seen.get(read) ?? 0) + 1;
      seen.set(read, count);
      return [id, count === 1 ? read : `${read} ${count}`];
    }),
  );
}

/** The recorded answers, with the ids that the reads have in this run. */
export function answerFrom(
  { turns, evidence: meant }: Pick<Transcript, 'turns' | 'evidence'>,
  evidenceNow: () => Promise<readonly Pick<Evidence, 'id' | 'tool' | 'input'>[]>,
): Answerer {
  return async (_request, turn) => {
    const recorded = turns[turn - 1];
    if (recorded === undefined) return null;
    const now = new Map([...namesOf(await evidenceNow())].map(([id, name]) => [name, id]));
    const renamed = JSON.stringify(recorded).replaceAll(/\bE\d+\b/gu, (id) => now.get(meant[id] ?? '') ?? id);
    return answerSchema.parse(JSON.parse(renamed));
  };
}
