import { createHash } from 'node:crypto';

/** A dedupe key as a primary key: platforms choose some of them, and a column takes no NUL and an index no long text. */
export const storedKey = (key: string): string =>
  /^[\x20-\x7e]{1,200}$/u.test(key) ? key : `sha256:${createHash('sha256').update(key).digest('hex')}`;
