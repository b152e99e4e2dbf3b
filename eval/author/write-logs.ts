/** Rows of `logs.jsonl`: a quiet day's lines, what callers print when calls fail, and what the recipe says. */
import type { LogRow } from '../recording/format.ts';
import type { Simulation } from './simulate.ts';
import type { Recipe } from './sketch.ts';

const recorded = [-1_440, 60] as const;
const watched = { from: -150, to: 45 };
/** A failing call is worth a line where more than this part fails. */
const worthALine = 0.02;

export function logRows(recipe: Recipe, simulate: Simulation): readonly LogRow[] {
  const routine = recipe.system.services.flatMap(({ id, says }) =>
    says.map(
      ([level, text, perMinute]): LogRow => ({
        service: id,
        level,
        text,
        spans: [[recorded[0], recorded[1], perMinute]],
      }),
    ),
  );
  const told = (recipe.says ?? []).map(
    ([service, level, text, ...spans]): LogRow => ({ service, level, text, spans: spans.map((span) => [...span]) }),
  );
  return [...routine, ...failingCalls(recipe, simulate), ...told];
}

function failingCalls({ system }: Recipe, simulate: Simulation): readonly LogRow[] {
  const code = system.services.filter(({ kind, logs }) => kind === 'code' && logs !== 'none');
  return code.flatMap(({ id, calls = {} }) =>
    Object.keys(calls).flatMap((to): LogRow[] => {
      const spans = spansOf((minute) => simulate(minute).calls.get(`${id}>${to}`)?.errors ?? 0);
      return spans.length === 0 ? [] : [{ service: id, level: 'error', text: system.callFails(to), spans: [...spans] }];
    }),
  );
}

/** In steps, so that neighbouring minutes join. */
const linesFor = (errors: number): number => {
  if (errors < worthALine) return 0;
  if (errors < 0.06) return 1;
  return errors < 0.2 ? 3 : 6;
};

function spansOf(errorsAt: (minute: number) => number): LogRow['spans'] {
  const spans: [number, number, number][] = [];
  for (let minute = watched.from; minute < watched.to; minute += 1) {
    const lines = linesFor(errorsAt(minute));
    const last = spans.at(-1);
    if (last?.[1] === minute && last[2] === lines) last[1] = minute + 1;
    else if (lines > 0) spans.push([minute, minute + 1, lines]);
  }
  return spans;
}
