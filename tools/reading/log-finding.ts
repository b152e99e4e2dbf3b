/** Log lines of one service, before and during a window, as the templates that changed. Shared by the log tools. */
import type { Window } from '../../src/core/evidence.ts';
import type { Json } from '../../src/core/json.ts';
import { type Tainted, taint } from '../../src/core/tainted.ts';
import { mineTemplates } from '../../src/rootcause/logs/log-templates.ts';
import { flattenLine } from '../../src/rootcause/logs/log-tokens.ts';
import type { LogTemplate } from '../../src/rootcause/telemetry.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from './fit-view.ts';
import type { ReadLine } from './log-line.ts';
import { byTelling } from './telling-order.ts';
import { baselineBefore, sayWindow, shortTime } from './window.ts';

export type LogRead = {
  readonly service: string;
  readonly window: Window;
  /** Of the window and of the equally long baseline before it. */
  readonly lines: readonly ReadLine[];
  readonly query: string;
  readonly link: string;
  /** True when a limit cut the reading: counts are lower bounds. */
  readonly truncated: boolean;
  /** What the lines are where not every line was asked for: "matching lines". */
  readonly linesAre?: string;
  /** Said in the view: what was not read, what it cost. */
  readonly notes?: readonly string[];
  /** Numbers of the vendor, kept with the counts. */
  readonly totals?: { readonly [name: string]: number };
};

const templatesMax = 60;

/** A finding of provenance C: anybody who can reach the service can write into its logs. */
export function logFinding(read: LogRead): Finding {
  const baseline = baselineBefore(read.window);
  if (read.lines.length === 0) return emptyFinding(read);
  const mined = mineTemplates(read.lines, read.window, baseline);
  const templates = byTelling(mined.map((template) => ({ ...template, service: read.service })));
  const kept = templates.slice(0, templatesMax);
  const counts = countLines(read.lines, read.window);
  return {
    kind: 'found',
    result: resultOf(read, kept, counts),
    provenance: 'C',
    query: read.query,
    window: read.window,
    link: read.link,
    headline: headlineOf(read, kept, counts),
    chart: null,
    view: viewOf(read, kept, counts),
    signals: { logs: kept },
    truncated: read.truncated || templates.length > kept.length,
  };
}

function emptyFinding(read: LogRead): Finding {
  return {
    kind: 'empty',
    searched: `log lines of ${read.service}, ${sayWindow(read.window)}, and an equal length before`,
    query: read.query,
    window: read.window,
    link: read.link,
  };
}

type Counts = {
  readonly lines: number;
  readonly errors: number;
  readonly baselineLines: number;
  readonly baselineErrors: number;
};

function countLines(lines: readonly ReadLine[], window: Window): Counts {
  const during = lines.filter((line) => line.atMs >= window.fromMs);
  const isError = (line: ReadLine) => line.level === 'error';
  const errors = during.filter(isError).length;
  return {
    lines: during.length,
    errors,
    baselineLines: lines.length - during.length,
    baselineErrors: lines.filter(isError).length - errors,
  };
}

function resultOf(read: LogRead, templates: readonly LogTemplate[], counts: Counts): Json {
  return {
    service: read.service,
    ...counts,
    ...read.totals,
    templates: templates.map((template) => ({
      template: template.template,
      level: template.level,
      count: template.count,
      baselineCount: template.baselineCount,
      firstSeen: new Date(template.firstSeenMs).toISOString(),
      sample: template.sample.slice(0, 600),
    })),
  };
}

function headlineOf(
  { service, linesAre = 'lines' }: LogRead,
  templates: readonly LogTemplate[],
  counts: Counts,
): readonly (string | Tainted)[] {
  const says = `${service} logged ${counts.errors} errors in ${counts.lines} ${linesAre} (${counts.baselineErrors} in ${counts.baselineLines} before)`;
  const top = templates.find((template) => template.level === 'error' && surged(template));
  if (top === undefined) return [`${says}; no error line became clearly more frequent.`];
  const change =
    top.baselineCount === 0 ? `new, ${top.count} times` : `from ${top.baselineCount} to ${top.count} times`;
  return [`${says}; ${change}: `, taint(top.template.slice(0, 160))];
}

/** At least three lines, and twice as many as before: less is chance. */
const surged = ({ count, baselineCount }: LogTemplate): boolean => count >= 3 && count >= 2 * baselineCount;

function viewOf(read: LogRead, templates: readonly LogTemplate[], counts: Counts): Tainted {
  const head = [
    `logs of ${read.service}, ${sayWindow(read.window)}; baseline: equal length before`,
    `lines ${counts.lines} (before ${counts.baselineLines}), errors ${counts.errors} (before ${counts.baselineErrors})`,
    ...(read.truncated ? ['not every line was read: counts are lower bounds'] : []),
    ...(read.notes ?? []),
    'count / before / level / first seen / line, or template with <*> for what varies',
  ];
  return fitView({ head, rows: templates.map(rowOf), things: 'templates' });
}

function rowOf(template: LogTemplate): string {
  const { count, baselineCount, level, firstSeenMs } = template;
  return `${count} / ${baselineCount} / ${level} / ${shortTime(firstSeenMs).slice(11)} / ${wordsFor(template)}`;
}

const lineCharactersMax = 240;

/** What is new is shown as it was written, of a JSON line the message; what was there before, as what its lines share. */
const wordsFor = ({ baselineCount, sample, template }: LogTemplate): string =>
  (baselineCount === 0 ? flattenLine(sample).text : template).slice(0, lineCharactersMax).replaceAll(/\s+/gu, ' ');
