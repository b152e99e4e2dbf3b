import type { AuditRow } from './audit-entry.ts';

/** How many messages the bot posted, top level and in threads: the noise budget, from the audit log. */
export function postsOf(rows: readonly AuditRow[]): { readonly topLevel: number; readonly thread: number } {
  const seen = new Map<string, boolean>();
  for (const { kind, body } of rows) {
    const key = body['key'];
    if (kind !== 'message.posted' || typeof key !== 'string' || key.startsWith('first-card:')) continue;
    seen.set(key, typeof body['thread'] === 'string');
  }
  const threads = [...seen.values()].filter(Boolean).length;
  return { topLevel: seen.size - threads, thread: threads };
}
