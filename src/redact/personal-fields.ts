/** Personal data known by the name of its field: names, addresses and birth dates have no form of their own. */
import { isSocialSecurityNumber } from './personal-forms.ts';
import { after } from './prefixed.ts';
import type { Check, Rule } from './rule.ts';

const shownIn = (text: string, start: number, end: number): string =>
  text.slice(start, end).replaceAll(/\+|%20/gu, ' ');

const check =
  (accept: (shown: string) => boolean): Check =>
  (text, found) =>
    accept(shownIn(text, found.start, found.end)) ? found : null;

const isName = (shown: string): boolean => /^\p{L}[\p{L}\p{M}'’. -]{0,79}$/u.test(shown);
/** A service has one in lower case and without a blank. */
const isPersonName = (shown: string): boolean => isName(shown) && /\p{Lu}|\s|[^\p{ASCII}]/u.test(shown);
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
const begin = '(?:^|[^a-z])';
const anywhere = after('');
const date =
  '[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})|(?:[0-9]{1,2}\\.? )?[a-z]{3,9}\\.? (?:[0-9]{1,2},? )?[0-9]{4}';

const field = (rule: Omit<Rule, 'group' | 'personal'>): Rule => ({ ...rule, group: -1, personal: true });

/** Whose name a bare `name` is. Authors, owners and assignees are colleagues, whom an incident needs to know. */
const people = 'customer|patient|employee|contact|card_?holder|recipient|payer|passenger|guest|subscriber|beneficiary';
const objects = ['user', 'usr', ...people.replace('_?', '').split('|')];

export const personalFields: readonly Rule[] = [
  field({
    kind: 'name',
    within: 'line',
    before: after(`${begin}(?:(?:first|last|given|family|middle|maiden)[_. -]?|sur)`, '', 'iu'),
    hints: ['name'],
    gate: gateOf(`${assign}\\S`),
    pattern: `(?i)name${assign}(?:${quoted}|${bareName})`,
    check: check(isName),
  }),
  field({
    kind: 'name',
    within: 'line',
    before: after(`${begin}(?:(?:${people})[_. -]?|(?:user|usr)\\.)`, '', 'iu'),
    hints: ['name'],
    gate: gateOf(`${assign}\\S`),
    pattern: `(?i)name${assign}(?:${quoted}|${bareName})`,
    check: check(isPersonName),
  }),
  field({
    kind: 'name',
    within: 'line',
    before: after(`(?:^|[^a-z]|${begin}[a-z]{1,20}[_.-])(?:full|real|legal)[_. -]?`, '', 'iu'),
    hints: ['name'],
    gate: gateOf(`${assign}\\S`),
    pattern: `(?i)name${assign}(?:${quoted}|${bareName})`,
    check: check(isFullName),
  }),
  field({
    kind: 'name',
    within: 'text',
    before: anywhere,
    hints: objects.flatMap((object) => [`"${object}"`, `"${object}\\"`]),
    gate: gateOf('\\s{0,3}:\\s{0,3}\\{[^{}]{0,300}"name'),
    pattern:
      '(?i)"[a-z]+\\\\?"\\s{0,3}:\\s{0,3}\\{[^{}]*?"name\\\\?"\\s{0,3}:\\s{0,3}\\\\?"([^"\\\\\\r\\n]{1,80})\\\\?"',
    check: check(isPersonName),
  }),
  field({
    kind: 'address',
    within: 'line',
    before: anywhere,
    hints: ['address', 'street', 'addr'],
    gate: gateOf(
      `[a-z0-9_. -]{0,12}${assign}[\\\\"']{0,3}(?!0x|[0-9a-f:./]{1,80}(?![\\w.:/ ]))[\\p{L}\\p{N}][^\\r\\n"';|]{1,80}[ ,+%]`,
    ),
    pattern: `(?i)(?:address(?:[_. -]?line)?|street(?:[_ -]?(?:name|address))?|addr)[_ -]?[1-3]?${assign}(?:${quoted}|([\\p{L}0-9][^\\r\\n"|;=&\\t]{4,120}))`,
    check: check(isPostal),
  }),
  field({
    kind: 'birth-date',
    within: 'line',
    before: after(begin, '(?:date[_ -]?of[_ -]?)?', 'iu'),
    hints: ['birth', 'dob', 'born'],
    gate: gateOf('[a-z_ -]{0,12}[^a-z0-9\\r\\n]{0,12}(?:it.s |is |on )?["\']?(?:[0-9]|[a-z]{3,9}\\.? [0-9])'),
    pattern: `(?i)(?:birth[_ -]?da(?:te|y)|date[_ -]?of[_ -]?birth|dob|born(?: on)?)[^a-z0-9\\r\\n]{0,12}(?:it.s |is )?["']?(${date})`,
    check: (_text, found) => found,
  }),
  field({
    kind: 'phone',
    within: 'text',
    before: after('(?:^|[^a-z]|(?=phone))', '', 'iu'),
    hints: ['phone', 'mobile', 'tel', 'cell', 'fax', 'whatsapp', 'msisdn', 'desk'],
    gate: gateOf(
      `(?:[ _.-]?(?:number|num|no|nr|#))?\\.?[\\\\"']{0,3}\\s{0,3}[:=#]?\\s{0,3}(?:is )?["']?\\+?\\(?(?![0-9]{4}-[0-9]{2}-)[0-9][0-9 ().-]{5}`,
    ),
    pattern:
      '(?i)(?:phone|mobile|tel|cell|fax|whatsapp|msisdn|desk)(?:[ _.-]?(?:number|num|no|nr|#))?\\.?[\\\\"\']{0,3}\\s{0,3}[:=#]?\\s{0,3}(?:is )?["\']?(\\+?\\(?[0-9](?:[ ().-]{0,2}[0-9]){6,18}(?:\\s?(?:x|ext\\.?)\\s?[0-9]{1,6})?)',
    check: check(isPhone),
  }),
  field({
    kind: 'us-ssn',
    within: 'line',
    before: anywhere,
    hints: ['ssn', 'social security'],
    gate: gateOf('[a-z_ ]{0,12}[^a-z0-9\\r\\n]{0,12}(?:is )?\\d{3}'),
    pattern:
      '(?i)(?:ssn|social security)(?:[ _-]?(?:number|no|num))?[^a-z0-9\\r\\n]{0,12}(?:is )?([0-9]{3}[ -]?[0-9]{2}[ -]?[0-9]{4})(?:$|[^0-9-])',
    check: check(isSocialSecurityNumber),
  }),
];
