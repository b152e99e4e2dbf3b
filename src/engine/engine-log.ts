import type { DLogger } from '@dbos-inc/dbos-sdk';
import type { Logger } from 'pino';

const messageOf = (entry: unknown): string => (typeof entry === 'string' ? entry : JSON.stringify(entry));

/** DBOS's own messages in our log. Its start-up chatter is only worth `debug`. */
export function engineLog(log: Logger): DLogger {
  return {
    info: (entry) => log.debug({ engine: messageOf(entry) }, 'engine'),
    debug: (entry) => log.trace({ engine: messageOf(entry) }, 'engine'),
    warn: (entry) => log.warn({ engine: messageOf(entry) }, 'engine warning'),
    error: (entry, metadata) => log.error({ engine: messageOf(entry), stack: metadata?.stack }, 'engine error'),
  };
}
