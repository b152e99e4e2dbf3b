import { z } from 'zod';
import type { Window } from '../../src/core/evidence.ts';

export const minuteMs = 60_000;

const instant = (what: string) =>
  z.iso.datetime({ offset: true }).describe(`${what}, ISO 8601 with zone, e.g. 2026-11-21T09:30:00Z`);

/** The two members every tool's input has for its window. */
export const windowInput = {
  from: instant('Start of the window, inclusive'),
  to: instant('End of the window, exclusive; at most 7 days after from'),
};

const lengthMsMax = 7 * 24 * 60 * minuteMs;

/** The asked window, never past `nowMs`, at least one minute and at most seven days long. */
export function readWindow(input: { readonly from: string; readonly to: string }, nowMs: number): Window {
  const toMs = Math.min(Date.parse(input.to), nowMs);
  const fromMs = Math.min(Date.parse(input.from), toMs - minuteMs);
  return { fromMs: Math.max(fromMs, toMs - lengthMsMax), toMs };
}

export const baselineBefore = (window: Window): Window => ({
  fromMs: window.fromMs - (window.toMs - window.fromMs),
  toMs: window.fromMs,
});

export const isoTime = (atMs: number): string => new Date(atMs).toISOString();

/** `2026-11-21 09:30`, in UTC. */
export const shortTime = (atMs: number): string => isoTime(atMs).slice(0, 16).replace('T', ' ');

export const sayWindow = (window: Window): string =>
  `${shortTime(window.fromMs)} to ${shortTime(window.toMs).slice(sameDay(window) ? 11 : 0)} UTC`;

const sameDay = (window: Window): boolean => isoTime(window.fromMs).slice(0, 10) === isoTime(window.toMs).slice(0, 10);

export const probeWindow = (window: Window): { from: string; to: string } => ({
  from: isoTime(window.fromMs),
  to: isoTime(window.toMs),
});

const leadMs = 20 * minuteMs;

/**
 * The part of the first look's window to compare with an equal length before it: from twenty minutes before the alert,
 * since a monitor that averages five minutes fires late; without an alert, the later half.
 */
export function suspectWindow(window: Window, triggeredAtMs: number | null): Window {
  const middleMs = (window.fromMs + window.toMs) / 2;
  const fromMs = triggeredAtMs === null ? middleMs : Math.max(window.fromMs, triggeredAtMs - leadMs);
  return { fromMs: Math.min(fromMs, window.toMs - minuteMs), toMs: window.toMs };
}
