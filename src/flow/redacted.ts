import { addReceipts, type RedactionReceipt } from '../core/redaction-receipt.ts';
import type { Redactor } from '../ports.ts';

type Redaction = Awaited<ReturnType<Redactor['redact']>>;
export type Redacted<Value> = {
  readonly json: Value;
  readonly redactions: number;
  readonly receipt: RedactionReceipt;
};

/**
 * A copy of any JSON-shaped value with every string redacted, member names too. A member named like a secret, or like
 * personal data, loses its whole text. Equal texts are scanned once.
 */
export async function redacted<Value>(redactor: Redactor, value: Value): Promise<Redacted<Value>> {
  const found = new Set<string>();
  walk({ item: value, parent: '', name: null }, (text, named) => {
    found.add(text);
    if (named !== null) found.add(named);
    return text;
  });
  const scans = [...found].map(async (text): Promise<[string, Redaction]> => [text, await redactor.redact(text)]);
  const scanned = new Map(await Promise.all(scans));
  const used: Redaction[] = [];
  const json = walk({ item: value, parent: '', name: null }, (text, named) => {
    const whole = named === null ? undefined : scanned.get(named);
    const masked = whole && whole.text !== named ? whole : scanned.get(text);
    if (masked === undefined) throw new Error('a text was not scanned before it left');
    used.push(masked);
    return masked === whole ? memberOf(whole.text) : masked.text;
  });
  return {
    // The same shape with other texts.
    json: json as Value,
    redactions: used.reduce((sum, { redactions }) => sum + redactions, 0),
    receipt: addReceipts(used.map(({ receipt = {} }) => receipt)),
  };
}

const tellingName =
  /pass|pwd|secret|token|credential|keys?$|authorization|cookie|(?:full|first|last|given|family|middle|maiden|legal|real|customer|contact|patient|employee|holder|recipient|payer|passenger|guest|subscriber|beneficiary).?name|surname|address|street|phone|mobile|birth|dob|ssn/iu;

/** Objects that describe somebody outside: in them a bare `name` is a person's. Authors and assignees are colleagues. */
const person =
  /^(?:user|usr|customer|patient|contact|recipient|payer|passenger|guest|subscriber|beneficiary|card_?holder|employee|person|billing|shipping|address)(?:_?(?:details|info|data|address))?$/iu;
const namedByParent = /^(?:name|display_?name|line_?[1-3])$/iu;

/** As text on one line, so that the rules that go by the name before a value apply to all of it. */
const namedText = (name: string, member: string): string =>
  `${name.replaceAll(/[="]/gu, '_')}="${member.replaceAll(/["\\\r\n]/gu, '_')}"`;
const memberOf = (named: string): string => named.slice(named.indexOf('="') + 2, -1);

function nameOf(name: string, parent: string): string | null {
  // Rules know one of a kind: "passwords" holds several.
  if (tellingName.test(name)) return name.replace(/(?<=password|secret|token|key)s$/iu, '');
  if (!person.test(parent) || !namedByParent.test(name)) return null;
  return /^line/iu.test(name) ? `address_${name}` : 'user.name';
}

type Walked = { readonly item: unknown; readonly parent: string; readonly name: string | null };

/** A copy with every text as `clean` gives it: it is told what the text reads like behind its name, if that tells more. */
function walk({ item, parent, name }: Walked, clean: (text: string, named: string | null) => string): unknown {
  if (typeof item === 'string') {
    const telling = name === null ? null : nameOf(name, parent);
    return clean(item, telling === null ? null : namedText(telling, item));
  }
  if (item === null || typeof item !== 'object') return item;
  if (Array.isArray(item)) return item.map((each) => walk({ item: each, parent, name }, clean));
  const members = Object.entries(item).map(([key, member]) => [
    clean(key, null),
    walk({ item: member, parent: name ?? parent, name: key }, clean),
  ]);
  return Object.fromEntries(members);
}
