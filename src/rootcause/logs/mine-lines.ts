import type { LogTemplate, TracedLine } from '../telemetry.ts';
import { mineTemplates } from './log-templates.ts';

/**
 * Raw lines that no trace claims, as templates with their counts from the boundary on and in as long a stretch before
 * it. Lines of a trace are compared inside their spans instead.
 */
export function mineUntraced(
  lines: readonly TracedLine[],
  period: { readonly boundaryMs: number; readonly toMs: number },
): readonly LogTemplate[] {
  const { boundaryMs, toMs } = period;
  const byService = new Map<string, TracedLine[]>();
  for (const line of lines) {
    if (line.trace !== undefined) continue;
    const list = byService.get(line.service);
    if (list === undefined) byService.set(line.service, [line]);
    else list.push(line);
  }
  const window = { fromMs: boundaryMs, toMs: toMs + 1 };
  const before = { fromMs: 2 * boundaryMs - window.toMs, toMs: boundaryMs };
  return [...byService].flatMap(([service, own]) =>
    mineTemplates(own, window, before).map((template) => ({ ...template, service })),
  );
}
