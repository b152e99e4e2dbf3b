/** How each service writes a log line: some in JSON, some in plain text with a level in front. */
import { shopService } from './shop.ts';
import type { LogLine } from './world.ts';

const plain = new Set(['shipping', 'accounts', 'catalog', 'orders-db', 'catalog-db', 'cart-cache']);

export type Saying = {
  readonly service: string;
  readonly level: LogLine['level'];
  readonly text: string;
  readonly requestId: string;
  readonly atMs: number;
};

const databaseLevels = { info: 'LOG', warn: 'WARNING', error: 'ERROR' } as const;

/** The message as the service's logger would print it. The level is always in it. */
export const printed = ({ service, level, text, requestId, atMs }: Saying): string => {
  if (shopService(service)?.repository === null) return `${databaseLevels[level]}:  ${text}`;
  if (plain.has(service)) return `${level.toUpperCase()} [${service}] ${text} request_id=${requestId}`;
  return JSON.stringify({ level, time: new Date(atMs).toISOString(), service, request_id: requestId, msg: text });
};
