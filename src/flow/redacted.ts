import type { Redactor } from '../ports.ts';

type Redaction = { readonly text: string; readonly redactions: number };

/**
 * A copy of any JSON-shaped value with every string redacted, member names too. A member named like a secret loses its
 * whole text. Equal texts are scanned once.
 */
export async function redacted<Value>(redactor: Redactor, value: Value): Promise<{ json: Value; redactions: number }> {
  const seen = new Map<string, Promise<Redaction>>();
  const scan = (text: string): Promise<Redaction> => {
    const known = seen.get(text) ?? redactor.redact(text);
    seen.set(text, known);
    return known;
  };
  let redactions = 0;
  const clean = async (text: string): Promise<string> => {
    const result = await scan(text);
    redactions += result.redactions;
    return result.text;
  };
  const walk = async (item: unknown): Promise<unknown> => {
    if (typeof item === 'string') return clean(item);
    if (item === null || typeof item !== 'object') return item;
    if (Array.isArray(item)) return Promise.all(item.map(walk));
    const members = Object.entries(item).map(async ([name, member]) => [
      await clean(name),
      await walkMember(name, member),
    ]);
    return Object.fromEntries(await Promise.all(members));
  };
  const walkMember = (name: string, member: unknown): Promise<unknown> =>
    typeof member === 'string' && secretName.test(name) ? cleanMember(name, member) : walk(member);
  /** As text on one line, so that the rules that go by the name before a value apply to all of it. */
  const cleanMember = async (name: string, member: string): Promise<string> => {
    const asText = `${name}="${member.replaceAll(/["\\\r\n]/gu, '_')}"`;
    const result = await scan(asText);
    if (result.text === asText) return clean(member);
    redactions += result.redactions;
    return result.text.replace(`${name}="`, '').replace(/"$/u, '');
  };
  const json = (await walk(value)) as Value;
  return { json, redactions };
}

const secretName = /pass|pwd|secret|token|credential|key$|authorization|cookie/iu;
