import { type Logger as BoltLogger, LogLevel } from '@slack/bolt';
import type { Logger } from 'pino';

/** The SDK's log lines in our log. Its debug lines carry message texts, so they go nowhere. */
export function boltLogger(log: Logger): BoltLogger {
  const said = (messages: readonly unknown[]): string => messages.map(String).join(' ').slice(0, 500);
  return {
    debug: () => undefined,
    info: (...messages) => log.debug({ said: said(messages) }, 'Slack SDK'),
    warn: (...messages) => log.warn({ said: said(messages) }, 'Slack SDK'),
    error: (...messages) => log.error({ said: said(messages) }, 'Slack SDK'),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
