/** Personal data known by the name of its field: names, addresses and birth dates have no form of their own. */
import { isSocialSecurityNumber } from './personal-forms.ts';
import type { Check, Rule } from './rule.ts';

const shownIn = (text: string, start: number, end: number): string =>
  text.slice(start, end).replaceAll(/\+|%20/gu, ' ');

const check =
  (accept: (shown: string) => boolean): Check =>
  (text, found) =>
    accept(shownIn(text, found.start, found.end)) ? found : null;

const isName = (shown: string): boolean => /^\p{L}[\p{L}\p{M}'’. -]{0,79}$/u.test(shown);
/** Of a repository or a service too there is a full name: without a blank, or with a slash. */
const isFullName = (shown: string): boolean => isName(shown) && shown.includes(' ');
/** A number and a word, and nothing that a host, a path or a pointer has. */
const isPostal = (shown: string): boolean =>
  /^(?!0x)(?=.*\d)(?=.*\p{L}{2})(?=.*\s)[\p{L}\p{M}\p{N}\s.,'’#/-]+$/u.test(shown) && !/\d\.\d+\.|\/\//u.test(shown);
const isPhone = (shown: string): boolean => {
  const digits = shown.replace(/(?:x|ext).*$/iu, '').replaceAll(/\D/gu, '').length;
  return digits >= 7 && digits <= 15 && !/^\d{1,3}(?:\.\d{1,3}){3}$|^\d{4}-\d\d-\d\d/u.test(shown);
};

const assign = '\\\\{0,2}["\']?\\s{0,3}(?::|=>?)\\s{0,8}';
const quoted = '\\\\{0,2}"([^"\\\\\\r\\n]{1,160}?)\\\\{0,2}"|\'([^\'\\r\\n]{1,160}?)\'';
const tail = "[\\p{L}'’.-]{0,40}";
/** Words with capitals go on after a blank; in a query they go on after its sign for one. */
const bareName = `(?-i:(\\p{Lu}${tail}(?: \\p{Lu}${tail}|(?:\\+|%20)\\p{L}${tail}){0,3}))|([^\\s"',;&<>(){}\\[\\]|\\\\]{1,80})`;
const gateOf = (pattern: string): RegExp => new RegExp(pattern, 'iuy');
const begin = '(?i)(?:^|[^a-z])';
const date =
  '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})|(?:[0-9]{1,2}\\.? )?[a-z]{3,9}\\.? (?:[0-9]{1,2},? )?[0-9]{4}';

const field = (rule: Omit<Rule, 'group' | 'personal'>): Rule => ({ ...rule, group: -1, personal: true });

export const personalFields: readonly Rule[] = [
  field({
    kind: 'name',
    within: 'line',
    hints: ['name'],
    gate: gateOf(
      `(?<=(?:first|last|given|family|middle|maiden|sur|user\\.|usr\\.|customer|patient|employee|contact|holder)[_. -]?name)${assign}\\S`,
    ),
    pattern: `${begin}(?:(?:first|last|given|family|middle|maiden|customer|patient|employee|contact|card_?holder)[_. -]?name|surname|(?:user|usr)\\.name)${assign}(?:${quoted}|${bareName})`,
    check: check(isName),
  }),
  field({
    kind: 'name',
    within: 'line',
    hints: ['name'],
    gate: gateOf(`(?<=(?:full|real|legal|display)[_. -]?name)${assign}\\S`),
    pattern: `${begin}(?:[a-z]{1,20}[_.-])?(?:full|real|legal|display)[_. -]?name${assign}(?:${quoted}|${bareName})`,
    check: check(isFullName),
  }),
  field({
    kind: 'name',
    hints: ['"user"', '"usr"', '"customer"'],
    within: 'text',
    gate: gateOf('\\s{0,3}:\\s{0,3}\\{[^{}]{0,300}"name"'),
    pattern:
      '(?i)"(?:user|usr|customer)"\\s{0,3}:\\s{0,3}\\{[^{}]{0,300}?"name"\\s{0,3}:\\s{0,3}"([^"\\\\\\r\\n]{1,80})"',
    check: check(isName),
  }),
  field({
    kind: 'address',
    within: 'line',
    hints: ['address', 'street', 'addr'],
    gate: gateOf(
      `[a-z0-9_. -]{0,12}${assign}[\\\\"']{0,3}(?!0x|[0-9a-f:./]{1,80}(?![\\w.:/ ]))[\\p{L}\\p{N}][^\\r\\n"';|]{1,80}[ ,+%]`,
    ),
    pattern: `(?i)(?:address(?:[_ -]?line)?|street(?:[_ -]?(?:name|address))?|addr)[_ -]?[1-3]?${assign}(?:${quoted}|([\\p{L}0-9][^\\r\\n"|;=&\\t]{4,120}))`,
    check: check(isPostal),
  }),
  field({
    kind: 'birth-date',
    within: 'line',
    hints: ['birth', 'dob', 'born'],
    gate: gateOf('[a-z_ -]{0,12}[^a-z0-9\\r\\n]{0,12}(?:it.s |is |on )?["\']?[a-z0-9]'),
    pattern: `${begin}(?:birth[_ -]?da(?:te|y)|date[_ -]?of[_ -]?birth|dob|born(?: on)?)[^a-z0-9\\r\\n]{0,12}(?:it.s |is )?["']?(${date})`,
    check: (_text, found) => found,
  }),
  field({
    kind: 'phone',
    within: 'text',
    hints: ['phone', 'mobile', 'tel', 'cell', 'fax', 'whatsapp', 'msisdn', 'desk'],
    gate: gateOf(
      `(?:[ _.-]?(?:number|num|no|nr|#))?\\.?[\\\\"']{0,3}\\s{0,3}[:=#]?\\s{0,3}(?:is )?["']?\\+?\\(?(?![0-9]{4}-[0-9]{2}-)[0-9][0-9 ().-]{5}`,
    ),
    pattern:
      '(?i)(?:phone|(?:^|[^a-z])(?:mobile|tel|cell|fax|whatsapp|msisdn|desk))(?:[ _.-]?(?:number|num|no|nr|#))?\\.?[\\\\"\']{0,3}\\s{0,3}[:=#]?\\s{0,3}(?:is )?["\']?(\\+?\\(?[0-9](?:[ ().-]{0,2}[0-9]){6,18}(?:\\s?(?:x|ext\\.?)\\s?[0-9]{1,6})?)',
    check: check(isPhone),
  }),
  field({
    kind: 'us-ssn',
    within: 'line',
    hints: ['ssn', 'social security'],
    gate: gateOf('[a-z_ ]{0,12}[^a-z0-9\\r\\n]{0,12}(?:is )?\\d{3}'),
    pattern:
      '(?i)(?:ssn|social security)(?:[ _-]?(?:number|no|num))?[^a-z0-9\\r\\n]{0,12}(?:is )?([0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4})(?:$|[^0-9-])',
    check: check(isSocialSecurityNumber),
  }),
];
