import { z } from 'zod';

/** Names as GitHub allows them, kept narrow: they end up in URLs and refs. */
export const owner = z.string().regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/u);
export const repo = z.string().regex(/^(?!\.{1,2}$)[\w.-]{1,100}$/u);
export const objectId = z.string().regex(/^[0-9a-f]{40}$/u);

/** A branch name without what git or a URL could read as something else. */
export const branch = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9][\w./-]*$/u)
  .refine((name) => !/\.\.|\/\/|\/$|\.$|\.lock(?:\/|$)|\/\./u.test(name), 'not a branch name git accepts');

/** A path inside a repository: relative, without empty, dot or `.git` parts. */
export const filePath = z
  .string()
  .min(1)
  .max(4_096)
  .refine((path) => path.split('/').every((part) => !/^(?:\.{0,2}|\.git)$/iu.test(part)), 'not a path in a repository');
