import type { Json } from '../core/json.ts';
import type { Redactor } from '../ports.ts';

/** Redacts every string in a value, names of members too. A member named like a secret loses its whole text. */
export async function redactJson(
  redactor: Redactor,
  json: Json,
): Promise<{ readonly json: Json; readonly redactions: number }> {
  let redactions = 0;
  const clean = async (text: string): Promise<string> => {
    const redacted = await redactor.redact(text);
    redactions += redacted.redactions;
    return redacted.text;
  };
  const walk = async (value: Json): Promise<Json> => {
    if (typeof value === 'string') return clean(value);
    if (value === null || typeof value !== 'object') return value;
    if (isList(value)) return Promise.all(value.map(walk));
    const members = Object.entries(value).map(async ([name, member]) => [
      await clean(name),
      await walkMember(name, member),
    ]);
    return Object.fromEntries(await Promise.all(members));
  };
  const walkMember = async (name: string, member: Json): Promise<Json> =>
    typeof member === 'string' && secretName.test(name) ? cleanMember(name, member) : walk(member);
  /** As text on one line, so that the rules that go by the name before a value apply to all of it. */
  const cleanMember = async (name: string, member: string): Promise<string> => {
    const asText = `${name}="${member.replaceAll(/["\\\r\n]/gu, '_')}"`;
    const redacted = await redactor.redact(asText);
    if (redacted.text === asText) return clean(member);
    redactions += redacted.redactions;
    return redacted.text.replace(`${name}="`, '').replace(/"$/u, '');
  };
  const redacted = await walk(json);
  return { json: redacted, redactions };
}

const secretName = /pass|pwd|secret|token|credential|key$|authorization|cookie/iu;

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
