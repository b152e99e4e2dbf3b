import { type Logger, pino } from 'pino';
import { createLogDoor, type LogDoor } from './log-door.ts';

/** The process's log, to stderr. Its lines wait until `door.open`; what still waits at the end is said without its words. */
export function startLog(level: string): { readonly log: Logger; readonly door: LogDoor } {
  const door = createLogDoor((line) => void process.stderr.write(line));
  process.once('exit', () => door.end());
  return { log: pino({ level }, door.stream), door };
}
