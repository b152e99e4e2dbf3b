/** POST /api/messages: authenticate, remember where it came from, hand it to the flow, answer. */
import express, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express';
import type { Logger } from 'pino';
import type { Clock, FormDesk, Inbound, Intake } from '../../ports.ts';
import type { createAuthenticate } from './authenticate.ts';
import { isServiceUrl } from './connector.ts';
import { answerDialog, isDialog } from './dialog.ts';
import { actorOf, parseActivity, placeOf, TeamsActivity, tenantOf } from './parse.ts';
import type { References } from './references.ts';
import { cardContentType, renderActivity } from './render.ts';

export type ReceiveParts = {
  readonly authenticate: ReturnType<typeof createAuthenticate>;
  readonly references: References;
  readonly intake: Intake;
  readonly forms: FormDesk;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tenantId: string | null;
  readonly serviceOrigins: readonly string[];
  readonly listening: () => boolean;
};

export function createReceiver(parts: ReceiveParts): Router {
  const router = express.Router();
  router.post('/api/messages', admit(parts), express.json({ limit: '256kb' }), async (request, response) => {
    await receive(parts, request, response);
  });
  router.use('/api/messages', problems(parts.log));
  return router;
}

/** Before the body is read: nothing while we are not listening, nothing without a token. */
const admit =
  ({ listening }: ReceiveParts): RequestHandler =>
  ({ headers }, response, next) => {
    if (!listening()) return void response.status(503).set('retry-after', '5').end();
    if (!headers.authorization) return void response.status(401).end();
    next();
  };

async function receive(parts: ReceiveParts, request: Request, response: Response): Promise<void> {
  const { authenticate, references, intake, clock, tenantId, serviceOrigins } = parts;
  const parsed = TeamsActivity.safeParse(request.body);
  if (!parsed.success) return void response.status(400).end();
  const activity = parsed.data;
  const found = await authenticate(activity, request.headers.authorization ?? '');
  if (found === 'unavailable') return void response.status(503).set('retry-after', '5').end();
  if (found === 'refused') return void response.status(401).end();
  const tenant = tenantOf(activity);
  const ours = tenant !== null && (tenantId === null || tenant === tenantId);
  if (!ours || !isServiceUrl(activity.serviceUrl, serviceOrigins)) return void response.status(403).end();
  const seen = { place: placeOf(activity, tenant), serviceUrl: activity.serviceUrl };
  await references.learn(seen, actorOf(activity, tenant));
  if (isDialog(activity)) {
    const dialog = { activity, tenant, atMs: clock.nowMs() };
    return void response.status(200).json(await answerDialog(parts, dialog));
  }
  const inbound = parseActivity(activity, tenant, clock.nowMs());
  if (inbound) await intake(inbound);
  answer(response, activity, inbound);
}

/** An invoke waits for its answer, everything else for the status alone. */
function answer(response: Response, { type, name }: TeamsActivity, inbound: Inbound | null): void {
  if (type !== 'invoke') return void response.status(200).end();
  if (name !== 'adaptiveCard/action') return void response.status(501).end();
  response.status(200).json(inbound?.type === 'click' ? taken(inbound) : notUnderstood);
}

const notUnderstood = {
  statusCode: 400,
  type: 'application/vnd.microsoft.error',
  value: { code: 'BadRequest', message: 'This button is not one of mine. Ask for the status to get a fresh card.' },
};

/** Said once the click is stored. An approval's card is replaced for the one who clicked, so that it is clicked once. */
function taken({ action }: Inbound & { type: 'click' }) {
  const says = {
    'approve-plan': 'Recording your approval. It counts when the message in the channel says so.',
    'reject-plan': 'Recording your rejection. The message in the channel will say so.',
    'break-glass': 'Recording that you break the glass. It counts when the channel says so.',
  };
  if (action !== 'approve-plan' && action !== 'reject-plan' && action !== 'break-glass') {
    return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Received' };
  }
  const { attachments } = renderActivity({ kind: 'notice', fallback: says[action], lead: [says[action]] }, () => null);
  return { statusCode: 200, type: cardContentType, value: attachments[0]?.content };
}

/** A body that is no JSON is the sender's fault; anything else is ours, and Teams may send it again. */
const problems =
  (log: Logger): ErrorRequestHandler =>
  // biome-ignore lint/complexity/useMaxParams: Express tells an error handler by its four parameters.
  (error, _request, response, next) => {
    if (response.headersSent) return next(error);
    const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500;
    if (status >= 500) log.error({ err: error }, 'a Teams activity was not stored');
    response.status(status).end();
  };
