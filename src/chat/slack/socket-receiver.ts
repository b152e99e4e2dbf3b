import { type App, LogLevel, type Receiver, SocketModeReceiver } from '@slack/bolt';
import type { Logger } from 'pino';
import { boltLogger } from './bolt-logger.ts';
import { clientOptions } from './client.ts';
import { processThenAcknowledge } from './receive.ts';

/** Bolt's Socket Mode, acknowledging after the delivery is stored: what a lost connection left open comes again. */
export function createSocketReceiver(appToken: string, apiUrl: string | null, log: Logger): Receiver {
  const socket = new SocketModeReceiver({
    appToken,
    logger: boltLogger(log),
    logLevel: LogLevel.INFO,
    // The only way Bolt lets the API address reach the socket client.
    installerOptions: { clientOptions: { ...clientOptions(apiUrl), retryConfig: { retries: 100 } } },
  });
  return {
    init(app) {
      const deferring: Pick<App, 'processEvent'> = { processEvent: (event) => processThenAcknowledge(app, event) };
      // The receiver calls nothing but `processEvent`; its type asks for the whole App.
      socket.init(deferring as App);
    },
    start: () => socket.start(),
    stop: () => socket.stop(),
  };
}
