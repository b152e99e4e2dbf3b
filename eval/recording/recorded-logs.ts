/** The lines of a recording. A template says how many lines a minute; which second, which pod and which numbers are hashed. */
import { derive, draw, drawInteger, hexadecimal, keyOf } from '../../src/lab/dice.ts';
import type { LogLine } from '../../src/lab/world.ts';
import type { LogRow, Scenario } from './format.ts';
import { fillText } from './log-text.ts';

const minuteMs = 60_000;

type Source = { readonly row: LogRow; readonly key: number };
type Setting = { readonly scenario: Scenario; readonly zeroMs: number };

/** As a cluster would name them. */
export const podsOf = ({ id, pods }: Pick<Scenario['services'][number], 'id' | 'pods'>): readonly string[] =>
  Array.from(
    { length: Math.max(1, pods) },
    (_, index) => `${id}-${hexadecimal(keyOf('set', id), 9)}-${hexadecimal(keyOf('pod', id, index), 5)}`,
  );

/** Lines in time order, `[fromMs, toMs)`. */
export function recordedLogs(setting: Setting, rows: readonly LogRow[]) {
  const sources = new Map(
    [...Map.groupBy(rows, ({ service }) => service)].map(([service, own]) => [
      service,
      own.map((row): Source => ({ row, key: keyOf('log', setting.scenario.zero, service, row.level, row.text) })),
    ]),
  );
  const pods = new Map(setting.scenario.services.map((service) => [service.id, podsOf(service)]));
  return (service: string, fromMs: number, toMs: number): readonly LogLine[] => {
    const own = sources.get(service) ?? [];
    const lines: LogLine[] = [];
    const first = Math.floor((fromMs - setting.zeroMs) / minuteMs);
    for (let minute = first; setting.zeroMs + minute * minuteMs < toMs; minute += 1) {
      for (const source of own) lines.push(...linesOf(setting, { source, minute, pods: pods.get(service) ?? [] }));
    }
    return lines.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).sort((one, other) => one.atMs - other.atMs);
  };
}

function linesOf(
  { zeroMs }: Setting,
  { source, minute, pods }: { source: Source; minute: number; pods: readonly string[] },
): readonly LogLine[] {
  const { row, key } = source;
  const perMinute = row.spans.find(([from, to]) => minute >= from && minute < to)?.[2] ?? 0;
  const minuteKey = derive(key, minute);
  const whole = Math.floor(perMinute);
  const count = whole + (draw(minuteKey, 0) < perMinute - whole ? 1 : 0);
  return Array.from({ length: count }, (_, index) => {
    const lineKey = derive(minuteKey, index + 1);
    const atMs = zeroMs + minute * minuteMs + drawInteger(lineKey, 1, [0, minuteMs - 1]);
    const pod = pods[drawInteger(lineKey, 2, [0, pods.length - 1])] ?? row.service;
    const requestId = hexadecimal(derive(lineKey, 3), 12);
    const message = fillText(row.text, { key: derive(lineKey, 4), atMs, pod, request: requestId });
    return { atMs, service: row.service, pod, level: row.level, message, requestId };
  });
}
