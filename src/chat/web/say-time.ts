import { type Html, html } from './html.ts';

const dateMaxMs = 8.64e15;

/** "14:04:40", UTC. */
export const clockTime = (atMs: number): string => (Math.abs(atMs) <= dateMaxMs ? iso(atMs).slice(11, 19) : 'unknown');

const day = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});

/** "Friday 20 November 2026", UTC. */
export function calendarDay(atMs: number): string {
  if (!(Math.abs(atMs) <= dateMaxMs)) return 'unknown';
  return day.format(atMs).replace(',', '');
}

/** A time with its zone, and the full instant for machines and tooltips. */
export function timeTag(atMs: number, zone: ' UTC' | '' = ' UTC'): Html {
  if (!(Math.abs(atMs) <= dateMaxMs)) return html`unknown time`;
  return html`<time datetime="${iso(atMs)}" title="${calendarDay(atMs)} ${clockTime(atMs)} UTC">${clockTime(atMs)}${zone}</time>`;
}

/** "45 s", "3 min 20 s", "2 h 5 min". Negative durations read as zero. */
export function duration(durationMs: number): string {
  const seconds = Math.max(0, Math.round(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "90 s before onset", "at onset", "5 min after onset". */
export function againstOnset(atMs: number, onsetMs: number): string {
  const differenceMs = atMs - onsetMs;
  if (Math.abs(differenceMs) < 1_000) return 'at onset';
  return differenceMs < 0 ? `${duration(-differenceMs)} before` : `${duration(differenceMs)} after`;
}

const iso = (atMs: number): string => new Date(atMs).toISOString();
