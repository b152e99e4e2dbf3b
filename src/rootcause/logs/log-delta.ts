import { clampUnit } from '../metrics/robust.ts';
import type { LogTemplate } from '../telemetry.ts';
import { type LogTopic, topicOf } from './log-vocabulary.ts';

/** One template that appeared, surged or vanished. */
export type LogChange = {
  readonly template: LogTemplate;
  readonly change: 'new' | 'surging' | 'vanished';
  readonly topic: LogTopic | null;
  /** 0 to 1. */
  readonly severity: number;
  /** Services other than its own that the line names. */
  readonly mentions: readonly string[];
};

const levelWeight = { error: 1, warn: 0.6, info: 0.25, debug: 0.1 } as const;
const minute = 60_000;

/**
 * Templates whose counts moved against the baseline window, most severe first (the log half of Yu et al. FSE
 * 2023: what is new and what vanished). Counts are compared on a square-root scale, where chance has a constant size.
 */
export function scoreLogs(
  templates: readonly LogTemplate[],
  services: readonly string[],
  onsetMs: number | null,
): readonly LogChange[] {
  const names = services.map((id) => ({ id, pattern: namePattern(id) }));
  return templates
    .map((template) => scoreTemplate(template, onsetMs))
    .filter((scored) => scored.severity > 0.02)
    .map((scored) => ({ ...scored, mentions: mentionsIn(scored.template, names) }))
    .toSorted((a, b) => b.severity - a.severity);
}

function scoreTemplate(template: LogTemplate, onsetMs: number | null): Omit<LogChange, 'mentions'> {
  const topic = topicOf(`${template.template} ${template.sample}`);
  const { count, baselineCount } = template;
  if (count < baselineCount * 0.15 && baselineCount >= 20) {
    return { template, change: 'vanished', topic, severity: 0.35 * growth(baselineCount, count) };
  }
  const change = baselineCount === 0 ? 'new' : 'surging';
  const weight = Math.max(levelWeight[template.level], topic === null || template.level === 'debug' ? 0 : 0.5);
  const early = change === 'new' ? earliness(template.firstSeenMs, onsetMs) : 1;
  return { template, change, topic, severity: weight * early * growth(count, baselineCount) };
}

/** Difference of counts on the square-root scale as 0 to 1; a surge must also be at least a doubling. */
function growth(count: number, baselineCount: number): number {
  if (count < 2 * baselineCount || count < 2) return 0;
  const away = 2 * (Math.sqrt(count + 0.375) - Math.sqrt(baselineCount + 0.375));
  const above = Math.max(0, away - 1.5);
  return clampUnit(above / (above + 3));
}

/** A new line first seen long before the onset explains it less. */
function earliness(firstSeenMs: number, onsetMs: number | null): number {
  if (onsetMs === null || !Number.isFinite(firstSeenMs)) return 1;
  const leadMs = onsetMs - firstSeenMs;
  return leadMs > 20 * minute ? 0.5 : 1;
}

const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** Whole names only: `cart` is not in `cart-cache`, but is in `http://cart:8080/`. */
export const namePattern = (id: string): RegExp =>
  new RegExp(`(?<![a-z0-9-])${escapePattern(id)}(?![a-z0-9]|-[a-z])`, 'iu');

function mentionsIn(template: LogTemplate, names: readonly { id: string; pattern: RegExp }[]): readonly string[] {
  const text = `${template.template} ${template.sample}`;
  return names.filter(({ id, pattern }) => id !== template.service && pattern.test(text)).map(({ id }) => id);
}
