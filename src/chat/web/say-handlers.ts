/** What people do: speak, click, decide, switch who they are. Every path ends in the flow's intake, once per nonce. */
import type { z } from 'zod';
import type { LocalMessage } from '../../chat-log-port.ts';
import { signInFreshMs } from '../../core/approval.ts';
import { readButton } from '../../core/approval-button.ts';
import { type CardAction, chosenIn, opensForm } from '../../core/card.ts';
import { done, failed, type Result } from '../../core/result.ts';
import { type Tainted, taint } from '../../core/tainted.ts';
import type { Inbound, PlanRow } from '../../ports.ts';
import { channelNames } from './channels.ts';
import { formPageOf } from './form-page.ts';
import { approvePath, channelPath, safeHref } from './links.ts';
import { renderConfirm } from './pages/confirm.ts';
import { clickForm, decisionForm, messageForm, personForm, rerunForm, textMax } from './parse.ts';
import { htmlReply, jsonReply, type Problem, type Reply, seeOther } from './reply.ts';
import { isApproval, isVisible } from './room.ts';
import { isCsrf, switchPerson } from './session.ts';
import { speak } from './speak.ts';
import { type Answer, notFound, problem, type Visit } from './visit.ts';

/** POST /c/<channel>/messages */
export async function postMessage(visit: Visit, [channel = '']: readonly string[]): Promise<Answer> {
  const form = readChecked(visit, messageForm);
  if (!form.ok) return form.failure;
  const { text, root, nonce } = form.value;
  const refusal = checkText(text) ?? (await checkPlace(visit, channel, root));
  if (refusal) return refusal;
  const { person } = visit.session;
  const author = { kind: 'person', id: person.id, name: person.name, account: person.account } as const;
  await speak(visit.options, { channel, root: root ?? null, text: text.trim(), key: nonce, author });
  return finished(visit, channelPath(channel, root));
}

function checkText(text: string): Problem | null {
  const length = Array.from(text).length;
  if (text.trim() === '')
    return problem(400, 'The message is empty', 'Type something, for example: @causeway why is checkout slow?');
  if (length <= textMax) return null;
  return problem(
    413,
    `The message has ${length} characters, ${textMax} is the limit`,
    'Shorten it, or put the long part behind a link.',
  );
}

async function checkPlace(visit: Visit, channel: string, root: string | undefined): Promise<Problem | null> {
  if (!(await channelNames(visit.options)).includes(channel)) return notFound(`channel ${channel}`);
  if (root === undefined) return null;
  const message = await visit.options.chatLog.message(root);
  const fits = message && message.channel === channel && message.root === null && isVisible(message, visit.session);
  return fits ? null : notFound('such message to reply to');
}

/** POST /c/<channel>/clicks */
export async function postClick(visit: Visit, [channel = '']: readonly string[]): Promise<Answer> {
  const form = readChecked(visit, clickForm);
  if (!form.ok) return form.failure;
  const { message: id, confirmed } = form.value;
  const message = await visit.options.chatLog.message(id);
  if (!message || message.channel !== channel || !isVisible(message, visit.session)) {
    return notFound('such message in this channel');
  }
  const offered = offeredAction(message, form.value);
  if (!offered) return buttonGone;
  const page = opensForm(offered.id) ? formPageOf(offered, visit.form) : await stepUpOf(visit, offered);
  if (page !== null) return leadTo(visit, page);
  if (offered.confirm && confirmed === undefined) return askFirst(visit, { message, action: offered });
  await sendClick(visit, message, form.value);
  return finished(visit, channelPath(channel, message.root ?? undefined));
}

function leadTo({ wantsJson }: Visit, page: string | Problem): Answer {
  if (typeof page !== 'string') return page;
  return wantsJson ? jsonReply({ open: page }) : seeOther(page);
}

type ClickForm = z.output<typeof clickForm>;

const buttonGone = problem(
  409,
  'This button is gone',
  'The message has changed since you saw it. Read it again; nothing was done.',
);

/** Only what the message shows now can be clicked. */
const offeredAction = ({ card }: LocalMessage, { action, value }: ClickForm): CardAction | undefined =>
  card?.actions?.find((each) => each.id === action && each.value === value);

function sendClick(visit: Visit, { id, channel, root }: LocalMessage, click: ClickForm): Promise<void> {
  const { action, value, reason, nonce } = click;
  return send(visit, {
    key: `web:click:${visit.session.person.account}:${id}:${action}:${nonce}`,
    place: { platform: 'web', tenant: 'local', channel, ...(root === null ? {} : { root }) },
    action,
    value,
    reason: reason === undefined || reason === '' ? null : taint(reason),
    ...chosenIn(visit.form),
  });
}

/** A high-risk plan is approved on its own page only, whatever the button looked like. */
async function stepUpOf({ options }: Visit, { id, value }: CardAction): Promise<string | null> {
  const plan = isApproval(id) ? readButton(value)?.plan : undefined;
  const row = plan === undefined ? null : await options.store.plan(plan);
  return row?.plan.risk === 3 ? approvePath(row.plan.id) : null;
}

function askFirst(visit: Visit, { message, action }: { message: LocalMessage; action: CardAction }): Answer {
  if (visit.wantsJson)
    return problem(409, 'Confirm first', 'Send the form again with confirmed=1 after the person agreed.');
  const place = { session: visit.session, channel: message.channel, message: message.id, stepUp: () => null };
  return htmlReply(renderConfirm(action, place));
}

/** POST /approve/<plan> */
export async function postDecision(visit: Visit, [plan = '']: readonly string[]): Promise<Answer> {
  const form = readChecked(visit, decisionForm);
  if (!form.ok) return form.failure;
  const row = await visit.options.store.plan(plan);
  if (!row) return notFound(`plan ${plan}`);
  const refusal = refusalOf(row, form.value);
  if (refusal) return refusal;
  const { decision, reason, nonce } = form.value;
  const decider = deciderOf(visit, row, decision);
  if ('title' in decider) return decider;
  const { actor, ...proof } = decider;
  const action = decisionActions[decision];
  await visit.options.intake({
    type: 'click',
    key: `web:decision:${visit.session.person.account}:${plan}:${decision}:${nonce}`,
    place: row.place,
    actor,
    action,
    value: visit.options.buttonValue(row, action),
    reason: reason.trim() === '' ? null : taint(reason.trim()),
    ...proof,
    atMs: visit.options.clock.nowMs(),
  });
  return finished(visit, `${approvePath(plan)}?sent=1`);
}

/** Decided already, another version, not read, or without the reason it needs. */
function refusalOf(row: PlanRow, { digest, decision, read, reason }: z.output<typeof decisionForm>): Problem | null {
  if (row.state !== 'pending')
    return problem(409, `This plan is already ${row.state}`, 'Nothing was done. Read its record on the plan page.');
  if (row.digest !== digest)
    return problem(409, 'The plan changed since you opened it', 'Nothing was done. Read the new version, then decide.');
  if (decision !== 'reject' && read === undefined)
    return problem(
      400,
      'Not approved: the change is not marked as read',
      'Read the exact change, tick the box, then approve.',
    );
  const why = decision === 'break-glass' ? 'breaking the glass' : 'a high-risk plan';
  const needsReason = decision === 'break-glass' || (decision === 'approve' && row.plan.risk === 3);
  return needsReason && reason.trim() === ''
    ? problem(400, `Not approved: ${why} needs a reason`, 'Write one sentence for the audit log.')
    : null;
}

type Decider = Pick<Extract<Inbound, { type: 'click' }>, 'actor' | 'signedIn'>;

/** Whoever decides, as the plan's own platform knows them: that platform says whether they are still a member. */
function deciderOf(
  { options, session }: Visit,
  { place: { platform, tenant }, plan }: PlanRow,
  decision: keyof typeof decisionActions,
): Decider | Problem {
  const { person, signedIn } = session;
  const nowMs = options.clock.nowMs();
  const accounts = options.catalogue.people.find(({ id }) => id === person.id)?.accounts ?? {};
  const account = platform === 'web' ? person.account : accounts[platform];
  if (account === undefined)
    return problem(403, `You have no ${platform} account in the directory`, 'Have it added to causeway.yaml.');
  const actor = { platform, tenant, account };
  if (options.signIn === undefined) return { actor, signedIn: { person: person.id, method: 'local', atMs: nowMs } };
  const fresh = signedIn !== undefined && nowMs - signedIn.atMs <= signInFreshMs;
  if (fresh) return { actor, signedIn };
  return decision !== 'reject' && options.needsSignIn(plan.risk) ? signInAgain : { actor };
}

const signInAgain = problem(
  403,
  'Not approved: you signed in too long ago',
  'Use Sign In Again on the plan page, then decide within five minutes. Nothing was done.',
);

const decisionActions = { approve: 'approve-plan', reject: 'reject-plan', 'break-glass': 'break-glass' } as const;

/** POST /i/<incident>/e/<evidence>/rerun */
export async function postRerun(visit: Visit, [id = '', evidence = '']: readonly string[]): Promise<Answer> {
  const form = readChecked(visit, rerunForm);
  if (!form.ok) return form.failure;
  const incident = await visit.options.store.incident(id);
  if (!incident || !/^E\d{1,6}$/u.test(evidence)) return notFound(`evidence ${evidence} of ${id}`);
  await send(visit, {
    key: `web:rerun:${visit.session.person.account}:${id}:${evidence}:${form.value.nonce}`,
    place: incident.place,
    action: 'rerun-evidence',
    value: `${id}:${evidence}`,
    reason: null,
  });
  return finished(visit, incident.place.platform === 'web' ? channelPath(incident.place.channel) : `/i/${id}`);
}

/** POST /me */
export function postPerson(visit: Visit): Promise<Answer> {
  const parsed = personForm.safeParse(visit.form);
  if (!parsed.success || !isCsrf(visit.session, parsed.data.csrf)) return Promise.resolve(badToken);
  const { account, back } = parsed.data;
  const rules = { secret: visit.options.secret, people: visit.people };
  const cookie = switchPerson(rules, { cookieHeader: visit.headers.cookie, account });
  if (cookie === null)
    return Promise.resolve(
      problem(400, `There is no person ${account} here`, 'Choose one of the people shown above the message box.'),
    );
  const target = back?.startsWith('/') ? safeHref(back) : null;
  const reply = seeOther(target ?? '/');
  return Promise.resolve({ ...reply, headers: { ...reply.headers, 'set-cookie': cookie } });
}

type Click = Pick<Inbound & { type: 'click' }, 'key' | 'place' | 'action' | 'value'> & {
  readonly reason: Tainted | null;
  readonly chosen?: { readonly [name: string]: string };
};

async function send({ options, session }: Visit, click: Click): Promise<void> {
  const actor = { platform: 'web', tenant: 'local', account: session.person.account } as const;
  await options.intake({ ...click, type: 'click', actor, atMs: options.clock.nowMs() });
}

const badToken = problem(403, 'This page is too old to act', 'Reload it and send again; nothing was done.');

/** The form's fields, from a page of ours that showed this very person. */
export function readChecked<Form extends z.ZodType<{ csrf: string; as: string }>>(
  { form, session }: Visit,
  schema: Form,
): Result<z.output<Form>, Problem> {
  const token = form['csrf'];
  if (!isCsrf(session, typeof token === 'string' ? token : undefined)) return failed(badToken);
  const parsed = schema.safeParse(form);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    return failed(problem(400, 'The form is incomplete', `Check ${fields}. Nothing was done.`));
  }
  if (parsed.data.as === session.person.account) return done(parsed.data);
  return failed(
    problem(
      409,
      `You are now ${session.person.name}`,
      'You switched person in another tab. Reload the page and send again; nothing was done.',
    ),
  );
}

const finished = ({ wantsJson }: Visit, location: string): Reply =>
  wantsJson ? jsonReply({ ok: true }) : seeOther(location);
