import type { Window } from '../../src/core/evidence.ts';
import { taint } from '../../src/core/tainted.ts';
import { estimateTokens } from '../../src/core/token-estimate.ts';
import type { Finding } from '../../src/tool.ts';
import { fitView } from '../reading/fit-view.ts';
import { isoTime, sayWindow } from '../reading/window.ts';
import type { ContextLine, ContextRead } from './log-context.ts';

export type ContextAbout = {
  readonly about: { readonly services: readonly string[]; readonly says: string; readonly atMs: number | null };
  readonly window: Window;
  readonly link: string;
};

const linesMax = 500;

/** Provenance C: anybody who can reach a service can write into its logs. No signals: hand-picked lines are no sample. */
export function contextFinding(read: ContextRead, { about, window, link }: ContextAbout): Finding {
  const { query } = read;
  if (read.lines.length === 0) {
    const searched = `log lines of ${about.services.join(', ')} ${about.says}, ${sayWindow(window)}`;
    return { kind: 'empty', searched: [searched, ...read.notes].join('; '), query, window, link };
  }
  const kept = read.lines.slice(0, linesMax);
  const truncated = read.truncated || kept.length < read.lines.length;
  const services = [...new Set(kept.map(({ service }) => service))];
  const errors = kept.filter(({ level }) => level === 'error');
  return {
    kind: 'found',
    result: { lineCount: read.lines.length, errorCount: errors.length, services, lines: kept.map(resultOf) },
    provenance: 'C',
    query,
    window,
    link,
    headline: headlineOf(read.lines.length, errors, { about, services }),
    chart: null,
    view: viewOf(kept, { read: { ...read, truncated }, about, window }),
    signals: {},
    truncated,
  };
}

const resultOf = ({ atMs, service, stream, level, message }: ContextLine) => ({
  at: isoTime(atMs),
  service,
  stream,
  level,
  message: message.slice(0, 2_000),
});

function headlineOf(
  count: number,
  errors: readonly ContextLine[],
  { about, services }: { about: ContextAbout['about']; services: readonly string[] },
): Extract<Finding, { kind: 'found' }>['headline'] {
  const says = `${count} ${count === 1 ? 'line' : 'lines'} of ${services.join(', ')} ${about.says}`;
  const nearest = errors.toSorted((one, other) => distance(one, about.atMs) - distance(other, about.atMs))[0];
  if (nearest === undefined) return [`${says}; none is an error.`];
  const which = about.atMs === null ? 'the first error' : 'the nearest error';
  return [
    `${says}, ${errors.length} of them errors; ${which}, of ${nearest.service} at ${isoTime(nearest.atMs)}: `,
    taint(nearest.message.slice(0, 160)),
  ];
}

/** To the moment asked for; with none, from the beginning of time: the first comes first. */
const distance = ({ atMs }: ContextLine, momentMs: number | null): number => Math.abs(atMs - (momentMs ?? 0));

type Viewed = { readonly read: ContextRead } & Omit<ContextAbout, 'link'>;

/** The most telling lines as far as they fit, in time order: errors first, or what is nearest to the moment. */
function viewOf(lines: readonly ContextLine[], { read, about, window }: Viewed) {
  const head = [
    `log lines ${about.says} of ${about.services.join(', ')}, ${sayWindow(window)}`,
    ...read.notes,
    ...(read.truncated ? ['not every line was read'] : []),
  ];
  const ranked = lines.toSorted((one, other) =>
    about.atMs === null
      ? Number(other.level === 'error') - Number(one.level === 'error') || one.atMs - other.atMs
      : distance(one, about.atMs) - distance(other, about.atMs),
  );
  const chosen: ContextLine[] = [];
  let left = rowTokensMax;
  for (const line of ranked) {
    left -= estimateTokens(rowOf(line)) + 1;
    if (left < 0) break;
    chosen.push(line);
  }
  const hidden = lines.length - chosen.length;
  const more = hidden > 0 ? [`${hidden} more lines are in the evidence: look_closer`] : [];
  const rows = chosen.toSorted((one, other) => one.atMs - other.atMs).map(rowOf);
  return fitView({ head: [...head, ...more], rows, things: 'lines' });
}

const rowTokensMax = 1_750;

// What a row says already, in lines that are JSON.
const repeated = /"(?:time|timestamp|@timestamp|level|severity|service)"\s*:\s*(?:"[^"]*"|\d+)\s*,?\s*/gu;

const rowOf = ({ atMs, service, level, stream, message }: ContextLine): string =>
  `${isoTime(atMs).slice(11, 23)} ${service} ${level} [${stream.slice(-24)}] ${message.replaceAll(repeated, '').slice(0, 400).replaceAll(/\s+/gu, ' ')}`;
