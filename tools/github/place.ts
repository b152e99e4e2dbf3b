/** Which repository a request is about, and reading page by page within bounds. */
import { z } from 'zod';
import { requestSignal } from '../reading/failure.ts';
import type { GitHubClient } from './client.ts';

export const repositoryInput = z
  .string()
  .regex(/^[\w.-]{1,100}\/[\w.-]{1,100}$/)
  .refine((name) => !name.split('/').some((part) => /^\.{1,2}$/.test(part)), 'not a repository name')
  .describe('Repository as owner/name');

export const shaInput = z
  .string()
  .regex(/^[0-9a-f]{7,40}$/)
  .describe('Commit, 7 to 40 hexadecimal digits');

/** A commit, branch or tag. `..` and what git forbids in names is refused, so that it can stand in a path. */
export const refInput = z
  .string()
  .max(200)
  .regex(/^[\w](?:[\w./+-]*[\w+-])?$/)
  .refine((ref) => !ref.includes('..') && !ref.includes('//') && !ref.includes('/.'), 'not a name git allows')
  .describe('Commit, branch or tag');

/** A file or folder inside a repository; no wildcards. */
export const pathInput = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}*?"<>|\\]+$/u)
  .refine((path) => !path.split('/').includes('..'), 'no .. in a path')
  .describe('Path inside the repository');

/** A name as code writes it: `acquire`, `Pool.acquire`, `pool::acquire`, `max_connections`. */
export const symbolInput = z
  .string()
  .max(120)
  .regex(/^[A-Za-z_$][\w$]*(?:(?:\.|::|#|-)[A-Za-z_$][\w$]*)*$/)
  .describe('Name of a function, class or setting');

export type Place = {
  readonly client: GitHubClient;
  readonly repository: string;
  readonly signal: AbortSignal;
};

/** The members every request has. */
export const at = ({ repository, signal }: Place) => ({
  ...splitRepository(repository),
  request: { signal: requestSignal(signal) },
});

/** `owner/name` in the form the API takes. */
export function splitRepository(repository: string): { owner: string; repo: string } {
  const [owner = '', repo = ''] = repository.split('/');
  return { owner, repo };
}

export type Page<Item> = { readonly items: readonly Item[]; readonly link: string | undefined };
/** `truncated`: there was more than the bound lets us read. */
export type Pages<Item> = { readonly items: readonly Item[]; readonly truncated: boolean };

type Paging<Item> = {
  readonly size: number;
  readonly pagesMax: number;
  readonly ask: (page: number) => Promise<Page<Item>>;
  /** True when nothing after this page matters. */
  readonly isEnough?: (items: readonly Item[]) => boolean;
};

/** Reads pages in turn until the last one, until enough, or until the bound. */
export async function readPages<Item>({ size, pagesMax, ask, isEnough }: Paging<Item>): Promise<Pages<Item>> {
  const all: Item[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const { items, link } = await ask(page);
    all.push(...items);
    const more = link === undefined ? items.length >= size : /\brel="next"/.test(link);
    if (!more || isEnough?.(items) === true) return { items: all, truncated: false };
  }
  return { items: all, truncated: true };
}
