import type { Redactor } from '../ports.ts';

type Redaction = { readonly text: string; readonly redactions: number };

/**
 * A copy of any JSON-shaped value with every string redacted, member names too. A member named like a secret loses its
 * whole text. Equal texts are scanned once.
 */
export async function redacted<Value>(redactor: Redactor, value: Value): Promise<{ json: Value; redactions: number }> {
  const found = new Set<string>();
  collect(value, found);
  const scans = [...found].map(async (text): Promise<[string, Redaction]> => [text, await redactor.redact(text)]);
  const rebuilt = rebuild(value, new Map(await Promise.all(scans)));
  // The same shape with other texts.
  return { json: rebuilt.json as Value, redactions: rebuilt.redactions };
}

const secretName =
  /pass|pwd|secret|token|credential|key$|authorization|cookie|(?:full|first|last|given|family|real|customer|contact|patient|employee|holder).?name|surname|address|street|phone|mobile|birth|dob|ssn/iu;

/** As text on one line, so that the rules that go by the name before a value apply to all of it. */
const namedText = (name: string, member: string): string => `${name}="${member.replaceAll(/["\\\r\n]/gu, '_')}"`;

const isNamedSecret = (name: string, member: unknown): member is string =>
  typeof member === 'string' && secretName.test(name);

/** Every text that will be looked up when the value is built again. */
function collect(item: unknown, found: Set<string>): void {
  if (typeof item === 'string') found.add(item);
  if (item === null || typeof item !== 'object') return;
  if (Array.isArray(item)) {
    for (const each of item) collect(each, found);
    return;
  }
  for (const [name, member] of Object.entries(item)) {
    found.add(name);
    if (isNamedSecret(name, member)) found.add(namedText(name, member));
    collect(member, found);
  }
}

function rebuild(value: unknown, scanned: ReadonlyMap<string, Redaction>): { json: unknown; redactions: number } {
  let redactions = 0;
  const clean = (text: string): string => {
    const result = scanned.get(text);
    if (result === undefined) throw new Error('a text was not scanned before it left');
    redactions += result.redactions;
    return result.text;
  };
  const walkMember = (name: string, member: unknown): unknown => {
    if (!isNamedSecret(name, member)) return walk(member);
    const asText = namedText(name, member);
    const before = redactions;
    const text = clean(asText);
    if (text !== asText) return text.replace(`${name}="`, '').replace(/"$/u, '');
    redactions = before;
    return clean(member);
  };
  const walk = (item: unknown): unknown => {
    if (typeof item === 'string') return clean(item);
    if (item === null || typeof item !== 'object') return item;
    if (Array.isArray(item)) return item.map(walk);
    return Object.fromEntries(Object.entries(item).map(([name, member]) => [clean(name), walkMember(name, member)]));
  };
  return { json: walk(value), redactions };
}
