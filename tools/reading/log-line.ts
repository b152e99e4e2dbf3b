import { z } from 'zod';

export type Level = 'debug' | 'info' | 'warn' | 'error';
export type ReadLine = { readonly atMs: number; readonly level: Level; readonly message: string };

const levelWords: { readonly [word: string]: Level } = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  information: 'info',
  notice: 'info',
  ok: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  critical: 'error',
  crit: 'error',
  fatal: 'error',
  alert: 'error',
  emergency: 'error',
  emerg: 'error',
  panic: 'error',
  severe: 'error',
};

export const levelOf = (word: string): Level | null => levelWords[word.toLowerCase()] ?? null;

const structured = z.object({
  level: z.union([z.string(), z.number()]).optional(),
  severity: z.string().optional(),
  status: z.string().optional(),
});

// bunyan and pino number their levels: 10 trace, 20 debug, 30 info, 40 warn, 50 error, 60 fatal.
const numberedLevel = (level: number): Level => {
  if (level >= 50) return 'error';
  if (level >= 40) return 'warn';
  return level >= 30 ? 'info' : 'debug';
};

const leadingWord =
  /^[\s[(<]*(?:\S+[\s\])>|]+){0,4}?(trace|debug|info|notice|warn(?:ing)?|error|err|critical|fatal|panic|severe)\b/iu;
const troubleWord = /\b(?:exception|traceback|panic|fatal|error)\b/iu;

/** The level a line states, as JSON or near its start; a line that only mentions an exception counts as an error. */
export function levelOfMessage(message: string): Level {
  const head = message.slice(0, 200);
  if (head.startsWith('{')) {
    const level = levelOfJson(message);
    if (level !== null) return level;
  }
  const word = leadingWord.exec(head)?.[1];
  if (word !== undefined) return levelOf(word) ?? 'info';
  return troubleWord.test(head) ? 'error' : 'info';
}

function levelOfJson(message: string): Level | null {
  try {
    const parsed = structured.safeParse(JSON.parse(message));
    if (!parsed.success) return null;
    if (typeof parsed.data.level === 'number') return numberedLevel(parsed.data.level);
    return levelOf(parsed.data.level ?? parsed.data.severity ?? parsed.data.status ?? '');
  } catch {
    // A cut or malformed JSON line is still a line: its words are looked at instead.
    return null;
  }
}
