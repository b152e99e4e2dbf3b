import type { Redactor } from '../ports.ts';

/** A copy of any JSON-shaped value with every string redacted, keys included as they are. Counts what was replaced. */
export async function redacted<Value>(redactor: Redactor, value: Value): Promise<{ json: Value; redactions: number }> {
  const texts = [...new Set(stringsIn(value))].filter((text) => text.length >= 8);
  const clean = new Map<string, string>();
  let redactions = 0;
  for (const text of texts) {
    const result = await redactor.redact(text);
    clean.set(text, result.text);
    redactions += result.redactions;
  }
  return { json: replaced(value, clean) as Value, redactions };
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(stringsIn);
}

function replaced(value: unknown, clean: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return clean.get(value) ?? value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, clean));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, clean)]));
}
