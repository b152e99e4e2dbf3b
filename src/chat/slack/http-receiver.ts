import type { App, Receiver, ReceiverEvent } from '@slack/bolt';
import express, { type Request, type Response, type Router } from 'express';
import type { Logger } from 'pino';
import { processThenAcknowledge } from './receive.ts';
import { createSeenSignatures, isSigned, type SeenSignatures } from './signature.ts';

/** Where Slack sends events, commands and clicks. */
export const eventsPath = '/slack/events';

/** Slack waits three seconds; a slow database must end as a retry, not as silence. */
const answerWithinMs = 2_500;

export type HttpReceiver = { readonly receiver: Receiver; readonly router: Router };

type Door = {
  app: App | null;
  open: boolean;
  readonly secret: string;
  readonly seen: SeenSignatures;
  readonly log: Logger;
};

/** Bolt's receiver as an Express router, for the port that `main.ts` serves. */
export function createHttpReceiver(secret: string, log: Logger): HttpReceiver {
  const door: Door = { app: null, open: false, secret, seen: createSeenSignatures(), log };
  const router = express.Router();
  router.post(eventsPath, express.raw({ type: () => true, limit: '1mb' }), (request, response) =>
    // Express 5 passes a rejection on to its error handler.
    answer(door, request, response),
  );
  const receiver: Receiver = {
    init(app) {
      door.app = app;
    },
    start() {
      door.open = true;
      return Promise.resolve();
    },
    stop() {
      door.open = false;
      return Promise.resolve();
    },
  };
  return { receiver, router };
}

async function answer(door: Door, request: Request, response: Response): Promise<void> {
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const timestamp = request.get('x-slack-request-timestamp') ?? '';
  const signature = request.get('x-slack-signature') ?? '';
  // Real time: the timestamp is Slack's, whatever clock the product runs on.
  if (!isSigned({ timestamp, signature, body }, door.secret, Date.now())) return end(response, 401);
  if (!door.open || !door.app) return end(response.set('retry-after', '5'), 503);
  if (door.seen.has(signature)) return end(response, 200);
  const payload = read(body, request.get('content-type') ?? '');
  if (payload === null) return end(response, 400);
  if (payload['type'] === 'url_verification') return void response.json({ challenge: payload['challenge'] });
  if ('ssl_check' in payload) return end(response, 200);
  const { status, body: said } = await withinTime(deliver(door.app, payload, request), door.log);
  if (status === 200) door.seen.add(signature);
  end(response, status, said);
}

/** With what a listener answered, when it answered something. */
function end(response: Response, status: number, said?: unknown): void {
  response.status(status);
  if (typeof said === 'object' && said !== null) response.json(said);
  else response.end();
}

/** `body`: what a listener answered, such as what is wrong with a form. */
type Delivery = { readonly status: 200; readonly body: unknown } | { readonly status: 500; readonly error: unknown };

async function deliver(app: App, body: Record<string, unknown>, request: Request): Promise<Delivery> {
  const retryNum = Number(request.get('x-slack-retry-num') ?? Number.NaN);
  const retry = Number.isNaN(retryNum) ? {} : { retryNum, retryReason: request.get('x-slack-retry-reason') ?? '' };
  let said: unknown;
  const ack: ReceiverEvent['ack'] = (given: unknown) => {
    said = given;
    return Promise.resolve();
  };
  try {
    await processThenAcknowledge(app, { body, ack, ...retry });
    return { status: 200, body: said };
  } catch (error) {
    return { status: 500, error };
  }
}

/** 200 only for what is stored; 503 when that takes too long, so that Slack delivers again and the intake sees it twice. */
async function withinTime(
  delivery: Promise<Delivery>,
  log: Logger,
): Promise<{ readonly status: 200 | 500 | 503; readonly body?: unknown }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, answerWithinMs, null);
  });
  const outcome = await Promise.race([delivery, late]);
  clearTimeout(timer);
  if (outcome === null) {
    log.warn({ answerWithinMs }, 'Storing a Slack delivery takes too long; asked Slack to deliver again');
    return { status: 503 };
  }
  if (outcome.status === 200) return outcome;
  log.error({ err: outcome.error }, 'Could not store a Slack delivery');
  return { status: 500 };
}

/** JSON for events; a form, with JSON in its `payload` for clicks, for the others. Null when it is neither. */
function read(body: Buffer, contentType: string): Record<string, unknown> | null {
  const text = body.toString('utf8');
  if (!contentType.startsWith('application/x-www-form-urlencoded')) return readJson(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  return form['payload'] === undefined ? form : readJson(form['payload']);
}

function readJson(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null;
  } catch {
    return null;
  }
}
