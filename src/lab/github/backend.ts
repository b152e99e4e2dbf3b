import { createEmulator } from 'emulate';
import type { Json } from '../../core/json.ts';

export type BackendRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly accept?: string;
};

export type BackendAnswer = { readonly status: number; readonly headers: Headers; readonly text: string };

/** The emulator behind the front: it keeps git objects, references, comparisons and file contents. */
export type Backend = {
  send(request: BackendRequest): Promise<BackendAnswer>;
  close(): Promise<void>;
};

export type BackendOptions = {
  /** Where links in answers lead: the front. */
  readonly origin: string;
  readonly actor: string;
  readonly logins: readonly string[];
  readonly repositories: readonly string[];
};

/** The emulator counts 5,000 requests per token and real hour; no such limit is wanted here. */
const requestsPerToken = 4_000;

const emailOf = (login: string): string => `${login}@users.noreply.github.com`;

const seedOf = ({ actor, logins, repositories }: BackendOptions) => {
  const owners = [...new Set(repositories.map((repository) => repository.split('/')[0] ?? ''))];
  const everyone = [...new Set([actor, ...logins])];
  return {
    tokens: {},
    github: {
      users: everyone.map((login) => ({ login, name: login, email: emailOf(login) })),
      orgs: owners.map((login) => ({ login, members: everyone.map((member) => ({ login: member, role: 'admin' })) })),
      repos: repositories.map((repository) => {
        const [owner = '', name = ''] = repository.split('/');
        return { owner, name, auto_init: false, default_branch: 'main', private: false };
      }),
    },
  };
};

/** Starts the emulator on a free loopback port. */
export async function startBackend(options: BackendOptions): Promise<Backend> {
  const emulator = await createEmulator({ service: 'github', port: 0, seed: seedOf(options) });
  const inner = new URL(emulator.url);
  inner.hostname = '127.0.0.1';
  const address = inner.origin;
  let requests = 0;
  const send = async ({ method, path, body, accept }: BackendRequest): Promise<BackendAnswer> => {
    const token = `lab-${Math.floor(requests / requestsPerToken)}`;
    requests += 1;
    const response = await fetch(`${address}${path}`, {
      method,
      headers: { authorization: `token ${token}`, 'content-type': 'application/json', ...(accept ? { accept } : {}) },
      ...(body === undefined || body === null ? {} : { body: JSON.stringify(body) }),
    });
    const local = (text: string): string =>
      text.replaceAll(emulator.url, options.origin).replaceAll(address, options.origin);
    const headers = new Headers();
    for (const name of ['content-type', 'link']) {
      const value = response.headers.get(name);
      if (value !== null) headers.set(name, local(value));
    }
    return { status: response.status, headers, text: local(await response.text()) };
  };
  return { send, close: () => emulator.close() };
}

/** The parsed body of an answer that must have worked. @throws when the emulator refused: a bug in the lab. */
export function bodyOf(answer: BackendAnswer, request: BackendRequest): Json {
  if (answer.status >= 300) {
    throw new Error(`lab GitHub: ${request.method} ${request.path} answered ${answer.status}: ${answer.text}`);
  }
  const body: Json = JSON.parse(answer.text);
  return body;
}
