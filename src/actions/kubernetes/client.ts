/** The few calls that actions make to Kubernetes' API, with credentials of their own: the reader's cannot write. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ActionFailure } from '../../action.ts';
import { done, failed, type Result } from '../../core/result.ts';
import { lostAnswer, type Received, send } from '../http/send.ts';

export const writeEnvironment = z
  .object({
    KUBERNETES_API_URL: z.url({ protocol: /^https?$/u }),
    KUBERNETES_WRITE_TOKEN: z.string().min(1).optional(),
    KUBERNETES_WRITE_TOKEN_FILE: z.string().min(1).optional(),
    KUBERNETES_CA_FILE: z.string().min(1).optional(),
  })
  .refine((given) => given.KUBERNETES_WRITE_TOKEN !== undefined || given.KUBERNETES_WRITE_TOKEN_FILE !== undefined, {
    path: ['KUBERNETES_WRITE_TOKEN'],
    error: 'set it, or KUBERNETES_WRITE_TOKEN_FILE',
  });
export type WriteEnvironment = z.output<typeof writeEnvironment>;

/** How a PATCH is meant: https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/ */
const contentTypes = { merge: 'application/merge-patch+json', json: 'application/json-patch+json' };

export type Patch = { readonly type: keyof typeof contentTypes; readonly body: unknown };

export type Writer = {
  /** What is at the path, read by `schema`. */
  get<Schema extends z.ZodType>(path: string, schema: Schema): Promise<Result<z.output<Schema>, ActionFailure>>;
  /** The object after the patch; `stale` when somebody else changed it first (409). */
  patch<Schema extends z.ZodType>(
    path: string,
    patch: Patch,
    schema: Schema,
  ): Promise<Result<z.output<Schema>, ActionFailure>>;
};

export function connectWriter(environment: WriteEnvironment, signal: AbortSignal): Writer {
  const call = (path: string, patch: Patch | null): Promise<Received> => exchange(environment, { path, patch, signal });
  const ask = async <Schema extends z.ZodType>(
    path: string,
    patch: Patch | null,
    schema: Schema,
  ): Promise<Result<z.output<Schema>, ActionFailure>> => {
    const doing = `${patch === null ? 'reading' : 'changing'} ${path}`;
    try {
      const answer = await call(path, patch);
      if (answer.status !== 200) return failed(refusal(answer, doing, patch !== null));
      const read = schema.safeParse(jsonOf(answer.text));
      if (read.success) return done(read.data);
      return failed({ kind: patch === null ? 'unavailable' : 'unknown', reason: `${doing}: not an answer we know` });
    } catch (error) {
      return failed(lostAnswer(error, { doing, wrote: patch !== null }));
    }
  };
  return { get: (path, schema) => ask(path, null, schema), patch: ask };
}

type Call = { readonly path: string; readonly patch: Patch | null; readonly signal: AbortSignal };

async function exchange(environment: WriteEnvironment, { path, patch, signal }: Call): Promise<Received> {
  const { KUBERNETES_WRITE_TOKEN: token, KUBERNETES_WRITE_TOKEN_FILE: tokenFile } = environment;
  // Projected tokens rotate within their hour: read each time.
  const bearer = token ?? (await readFile(tokenFile ?? '', 'utf8')).trim();
  const { KUBERNETES_CA_FILE: file } = environment;
  return send({
    method: patch === null ? 'GET' : 'PATCH',
    url: new URL(`${environment.KUBERNETES_API_URL.replace(/\/+$/u, '')}${path}`),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${bearer}`,
      ...(patch === null ? {} : { 'content-type': contentTypes[patch.type] }),
    },
    body: patch === null ? null : JSON.stringify(patch.body),
    signal,
    ...(file === undefined ? {} : { certificateAuthority: await readFile(file, 'utf8') }),
  });
}

/** By HTTP status alone; 409 is the API's answer to an old resourceVersion. */
function refusal({ status }: Received, doing: string, wrote: boolean): ActionFailure {
  if (status === 409) return { kind: 'stale', reason: `${doing}: somebody else changed it first` };
  if (status === 429) return { kind: 'unavailable', reason: `${doing}: Kubernetes takes no more requests now` };
  if (status >= 500)
    return { kind: wrote ? 'unknown' : 'unavailable', reason: `${doing}: Kubernetes answered ${status}` };
  return { kind: 'refused', reason: `${doing}: Kubernetes answered ${status}; ${adviceFor(status)}` };
}

function adviceFor(status: number): string {
  switch (status) {
    case 401:
      return 'the write token is wrong or expired';
    case 403:
      return 'grant exactly what deploy/kubernetes/writer.yaml lists';
    case 404:
      return 'there is no such workload in this namespace';
    default:
      return 'a rule of the cluster does not allow it';
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
