import { reveal } from './reveal.ts';
import type { Tainted } from './tainted.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to remove.
const ansi = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b[@-_]/gu;
const invisible =
  /[\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B-\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0F\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{1D173}-\u{1D17A}]|[\u{E0000}-\u{E0FFF}]/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly the characters to remove.
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/gu;

/** NFKC, then without ANSI escapes, bidi, zero-width, tag and control characters. Idempotent. */
export function stripHidden(text: string): string {
  return text.normalize('NFKC').replace(ansi, '').replace(invisible, '').replace(control, '').normalize('NFKC');
}

/** Cuts to `max` characters with a marker that says how many are missing. */
export function clamp(text: string, max: number): string {
  const points = Array.from(text);
  if (points.length <= max) return text;
  return `${points.slice(0, max).join('')} … ${points.length - max} more characters`;
}

/**
 * Outside text as plain text: no hidden characters, clamped. It may still look like a link or a mention: a renderer
 * must put it where the platform parses nothing, or `defang` it.
 */
export const plainText = (text: Tainted, max = 2_000): string => clamp(stripHidden(reveal(text)), max);

/** Breaks everything a chat client could turn into a link or mention. For places that parse markup. */
export function defang(text: Tainted, max = 2_000): string {
  return plainText(text, max)
    .replace(/([a-z][a-z0-9+.-]*):(?=\/\/|\S)/giu, (match, scheme: string) =>
      /^(?:https?|ftp|file|data|javascript|mailto|tel|slack|msteams|vbscript|wss?|ssh|git)$/iu.test(scheme)
        ? `${scheme.replace(/t/giu, 'x')}[:]`
        : match,
    )
    .replace(/\/\/(?=\S)/gu, '/ /')
    .replace(/@/gu, '@\u200a')
    .replace(/!\[/gu, '! [')
    .replace(/\]\s*([([:])/gu, '] $1')
    .replace(/([\p{L}\p{N}_-])[.\u3002\uFF0E\uFF61](?=[\p{L}\p{N}_-]*\p{L})/gu, '$1[.]');
}
