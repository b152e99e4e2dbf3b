import type { IncomingHttpHeaders } from 'node:http';
import type { WebOptions } from './options.ts';
import type { Problem, Reply } from './reply.ts';
import type { Session, WebPerson } from './session.ts';

/** One request, checked: a known host, a person, and for a POST its form. */
export type Visit = {
  readonly options: WebOptions;
  readonly people: readonly WebPerson[];
  readonly session: Session;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  /** Fields of a POST; empty for a GET. Parsed and checked by the handler. */
  readonly form: Readonly<Record<string, unknown>>;
  /** The script asked, not a form: answer with JSON. */
  readonly wantsJson: boolean;
};

export type Answer = Reply | Problem;

export type Handler = (visit: Visit, parts: readonly string[]) => Promise<Answer>;

export type Route = {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly handle: Handler;
  /** Of the local chat: not where people sign in. */
  readonly local?: true;
};

export const problem = (status: number, title: string, fix: string): Problem => ({ status, title, fix });

export const notFound = (what: string): Problem =>
  problem(404, `There is no ${what}`, 'Check the address, or start from the list of channels and incidents.');

/** Names by directory id, for people who read. */
export const nameOf =
  ({ catalogue }: WebOptions) =>
  (id: string): string =>
    catalogue.people.find((person) => person.id === id)?.name ?? id;
