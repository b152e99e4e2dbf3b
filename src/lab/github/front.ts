import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import { accessProblem, hostProblem, isSameOrigin, type Tokens } from './access.ts';
import type { Call } from './call.ts';
import type { Hub } from './hub.ts';
import { commitPage, missingPage, type PageVisit, pullPage, pullsPage, runPage } from './pages.ts';
import type { Performer } from './perform.ts';
import { jsonReply, type Reply, refusal } from './reply.ts';
import type { Incoming } from './server.ts';
import { accountJson, repositoryJson } from './shapes.ts';

export type Front = {
  readonly hub: Hub;
  readonly performer: Performer;
  readonly tokens: Tokens;
  /** Login behind the tokens, and of the person at the page. */
  readonly bot: string;
  readonly person: string;
  readonly nowMs: () => number;
};

const readBody = (text: string): { readonly value: Json } | null => {
  if (text === '') return { value: null };
  try {
    return { value: z.json().parse(JSON.parse(text)) };
  } catch {
    return null;
  }
};

async function answerApi(front: Front, { message, url, text }: Incoming): Promise<Reply> {
  const problem = accessProblem(message, front.tokens);
  if (problem) return problem;
  const nowMs = front.nowMs();
  if (url.pathname === '/user') return jsonReply(200, accountJson(front.hub.origin, front.bot));
  if (url.pathname === '/user/repos') {
    return jsonReply(
      200,
      [...front.hub.repositories.values()].map((repository) => repositoryJson(front.hub.origin, repository)),
    );
  }
  if (url.pathname === '/rate_limit') {
    const core = { limit: 5_000, used: 0, remaining: 5_000, reset: Math.floor(nowMs / 1000) + 3_600 };
    return jsonReply(200, { resources: { core, search: core }, rate: core });
  }
  if (url.pathname === '/search/issues') {
    return jsonReply(200, { total_count: 0, incomplete_results: false, items: [] });
  }
  const body = readBody(text);
  if (body === null) return refusal(400, 'Problems parsing JSON');
  return front.performer.perform({
    method: message.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    body: body.value,
    accept: message.headers.accept ?? '',
    actor: front.bot,
    person: false,
    nowMs,
  });
}

/** What a person's merge asks for; a draft is marked ready by it. */
export const mergeCall = (front: Front, repository: string, number: number): Call => ({
  method: 'PUT',
  path: `/repos/${repository}/pulls/${number}/merge`,
  query: new URLSearchParams(),
  body: { merge_method: 'merge' },
  accept: '',
  actor: front.person,
  person: true,
  nowMs: front.nowMs(),
});

const messageSchema = z.object({ message: z.string() });

async function answerMergeForm(front: Front, incoming: Incoming, visit: PageVisit): Promise<Reply> {
  if (!isSameOrigin(incoming.message)) return refusal(403, 'Merge from the page of this pull request');
  const { fullName } = visit.repository;
  const reply = await front.performer.perform(mergeCall(front, fullName, Number(visit.reference)));
  if (reply.status >= 300) return pullPage(visit, messageSchema.parse(JSON.parse(reply.body)).message);
  return { status: 303, headers: { location: `/${fullName}/pull/${visit.reference}` }, body: '' };
}

const pages: readonly { readonly pattern: RegExp; readonly show: (visit: PageVisit) => Promise<Reply> }[] = [
  { pattern: /^\/pulls$/, show: pullsPage },
  { pattern: /^\/pull\/(\d+)$/, show: (visit) => pullPage(visit) },
  { pattern: /^\/commit\/([0-9a-f]{7,40})$/, show: commitPage },
  { pattern: /^\/actions\/runs\/(\d+)$/, show: runPage },
];

async function answerPage(front: Front, incoming: Incoming): Promise<Reply> {
  const [, name = '', rest = ''] = /^\/([^/]+\/[^/]+)(\/.*)$/.exec(incoming.url.pathname) ?? [];
  const repository = front.hub.repositories.get(name);
  if (repository === undefined) return missingPage();
  const nowMs = front.nowMs();
  if (incoming.message.method === 'POST') {
    const reference = /^\/pull\/(\d+)\/merge$/.exec(rest)?.[1];
    return reference === undefined ? missingPage() : answerMergeForm(front, incoming, { repository, reference, nowMs });
  }
  for (const { pattern, show } of pages) {
    const match = pattern.exec(rest);
    if (match) return show({ repository, reference: match[1] ?? '', nowMs });
  }
  return missingPage();
}

export async function answerIncoming(front: Front, incoming: Incoming): Promise<Reply> {
  const problem = hostProblem(incoming.message);
  if (problem) return problem;
  const api = /^\/(?:repos\/|user$|user\/repos$|rate_limit$|search\/issues$)/.test(incoming.url.pathname);
  return api ? answerApi(front, incoming) : answerPage(front, incoming);
}
