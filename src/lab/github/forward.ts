import { z } from 'zod';
import type { Json } from '../../core/json.ts';
import type { Call } from './call.ts';
import { diffText, wantsDiff } from './diff-text.ts';
import { fileSchema } from './git.ts';
import type { Handler } from './hub.ts';
import { type Reply, textReply } from './reply.ts';
import { toTimestamp } from './timestamps.ts';

const objectSchema = z.record(z.string(), z.json());
const treeBodySchema = z.looseObject({ tree: z.array(z.looseObject({ sha: z.string().nullish() })) });
const shaSchema = z.looseObject({ sha: z.string() });
const filesSchema = z.looseObject({ files: z.array(fileSchema) });

/** Commits made without a date get the lab's, and without a name the token's. */
function dated(call: Call): Json {
  const body = objectSchema.safeParse(call.body);
  if (!body.success) return call.body;
  const self = { name: call.actor, email: `${call.actor}@users.noreply.github.com`, date: toTimestamp(call.nowMs) };
  const fill = (value: Json | undefined): Json => {
    const given = objectSchema.safeParse(value);
    return given.success ? { ...self, ...given.data } : self;
  };
  const author = fill(body.data['author']);
  return {
    ...body.data,
    author,
    committer: body.data['committer'] === undefined ? author : fill(body.data['committer']),
  };
}

/** Hands a call to the emulator as it is. */
export const forward: Handler = async ({ hub, call }): Promise<Reply> => {
  const query = call.query.size === 0 ? '' : `?${call.query.toString()}`;
  const answer = await hub.backend.send({
    method: call.method,
    path: `${call.path}${query}`,
    body: call.body,
    accept: call.accept,
  });
  return { status: answer.status, headers: Object.fromEntries(answer.headers), body: answer.text };
};

/** A commit or comparison, as JSON or as a unified diff. */
export const forwardDiff: Handler = async (visit) => {
  const reply = await forward(visit);
  if (!wantsDiff(visit.call.accept) || reply.status !== 200) return reply;
  return textReply(diffText(filesSchema.parse(JSON.parse(reply.body)).files));
};

export const forwardDated: Handler = (visit) => forward({ ...visit, call: { ...visit.call, body: dated(visit.call) } });

/** As git does, a directory whose last file is deleted goes too; the emulator would keep it, empty. */
export const writeTree: Handler = async (visit) => {
  const reply = await forward(visit);
  const body = treeBodySchema.safeParse(visit.call.body);
  const deletes = body.success && body.data.tree.some((entry) => entry.sha === null);
  if (reply.status !== 201 || !deletes) return reply;
  const { sha } = shaSchema.parse(JSON.parse(reply.body));
  const clean = await visit.repository.git.pruneTree(sha);
  const path = `/repos/${visit.repository.fullName}/git/trees/${clean}`;
  const tree = await visit.hub.backend.send({ method: 'GET', path });
  return { ...reply, body: tree.text };
};
