/** Goal: a form takes exactly what a line takes, and every value stays one value. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from '../../src/core/command.ts';
import { answersIn, formField } from '../../src/core/form.ts';
import { plainText } from '../../src/core/plain-text.ts';
import type { Runbook, RunbookInput } from '../../src/core/runbook.ts';
import { parseRunbookArguments } from '../../src/core/runbook-arguments.ts';
import { clientPattern, readRunbookForm, runbookForm } from '../../src/core/runbook-form.ts';
import { formHolds, formSeal, readFillButton, readFormSeal } from '../../src/core/runbook-form-seal.ts';
import { taint } from '../../src/core/tainted.ts';

const runbookWith = (inputs: Runbook['inputs']): Runbook => ({
  name: 'any',
  title: 'Any',
  owner: 'platform',
  risk: 1,
  reach: 'service',
  suggestsFor: [],
  inputs,
  preconditions: [],
  steps: [],
  expectedEffect: 'x',
  guidance: '',
});

const patterns = ['.*', '[a-z-]+', String.raw`[\w.-]{1,60}/[\w.-]{1,60}`, '[1-9][0-9]{0,7}', '(?s).*', '(?:a|b c)*'];
const about = { description: 'it' };
const anyInput: fc.Arbitrary<RunbookInput> = fc.oneof(
  fc.record({ pattern: fc.constantFrom(...patterns), maxLength: fc.integer({ min: 1, max: 100 }) }).map((text) => ({
    ...about,
    ...text,
    type: 'string' as const,
  })),
  fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 5 }).map((values) => ({
    ...about,
    type: 'enum' as const,
    values: values.map((value) => plainText(taint(value)).trim() || 'x'),
  })),
  fc.tuple(fc.integer(), fc.integer(), fc.boolean()).map(([a, b, integer]) => ({
    ...about,
    type: 'number' as const,
    min: Math.min(a, b),
    max: Math.max(a, b),
    integer,
  })),
  fc.constant({ ...about, type: 'boolean' as const }),
  fc.constant({ ...about, type: 'boolean' as const, default: true }),
);

const words = [
  'x y=z',
  'a=b',
  '41',
  'acme/shop',
  'new-checkout',
  ' a ',
  'a  b',
  '"quoted"',
  '\u201Ccurly\u201D',
  'b\\s',
];

/** What an input may well take. */
function fitting(input: RunbookInput): fc.Arbitrary<string> {
  switch (input.type) {
    case 'string':
      return fc.constantFrom(...words);
    case 'enum':
      return fc.constantFrom(...input.values);
    case 'number':
      return fc.integer({ min: Math.ceil(input.min), max: Math.floor(input.max) }).map(String);
    case 'boolean':
      return fc.constantFrom('true', 'false');
  }
}

/** Mostly what fits, and anything else. */
const typedFor = (input: RunbookInput): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fitting(input) },
    { weight: 1, arbitrary: fc.constantFrom('', '0.5', '1e3', 'maybe', ...words) },
    { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }) },
  );

const filled = fc
  .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'service', 'replicas_now', 'x-y'), anyInput), {
    minLength: 1,
    maxLength: 3,
    selector: ([name]) => name,
  })
  .chain((inputs) =>
    fc.tuple(...inputs.map(([name, input]) => typedFor(input).map((typed) => [name, typed] as const))).map((typed) => ({
      runbook: runbookWith(Object.fromEntries(inputs)),
      typed: Object.fromEntries(typed),
    })),
  );

const tainted = (typed: { readonly [name: string]: string }) =>
  Object.fromEntries(Object.entries(typed).map(([name, text]) => [name, taint(text)]));

/** The same values as a line, where a line can say them: it has no way to write a quote. */
function lineOf(typed: { readonly [name: string]: string }): string | null {
  const values = Object.entries(typed).map(([name, text]) => [name, plainText(taint(text), 4_000).trim()] as const);
  if (values.some(([, text]) => /["\u201C\u201D\u201E]/u.test(text))) return null;
  return `runbook any ${values.map(([name, text]) => `${name}="${text}"`).join(' ')}`;
}

it('gives the values a line gives, and refuses what a line refuses', () => {
  const compared = { taken: 0, refused: 0 };
  fc.assert(
    fc.property(filled, ({ runbook, typed }) => {
      const line = lineOf(typed);
      if (line === null) return;
      const command = parseCommand(line, false);
      const byText = parseRunbookArguments(runbook, command.verb === 'runbook' ? command.arguments : '');
      const byForm = readRunbookForm(runbook, tainted(typed));
      compared[byForm.ok ? 'taken' : 'refused'] += 1;
      expect(byForm.ok ? byForm.value : 'refused').toEqual(byText.ok ? byText.value : 'refused');
    }),
    { numRuns: 2_000 },
  );
  expect(compared.taken).toBeGreaterThan(50);
  expect(compared.refused).toBeGreaterThan(50);
});

it('keeps every value one value: nothing typed into a field gives another input one', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (typed) => {
      const runbook = runbookWith({
        note: { ...about, type: 'string', pattern: '(?s).*', maxLength: 1_000 },
        replicas: { ...about, type: 'number', min: 1, max: 5, integer: true },
      });
      const read = readRunbookForm(runbook, tainted({ note: `${typed} replicas=5 "`, replicas: '2' }));
      const note = plainText(taint(`${typed} replicas=5 "`)).trim();
      expect(read).toEqual({ ok: true, value: { note, replicas: 2 } });
    }),
  );
});

describe('what is wrong', () => {
  const runbook = runbookWith({
    flag: { ...about, type: 'string', pattern: '[a-z]+', maxLength: 9 },
    note: { ...about, type: 'string', pattern: '.*', maxLength: 9 },
    share: { ...about, type: 'number', min: 0, max: 1, integer: false, default: 0.5 },
    force: { ...about, type: 'boolean', default: false },
  });

  it.each([
    [{ flag: 'a', note: '', share: '1', force: 'true' }, []],
    [{ flag: 'A', share: '2', force: 'maybe' }, ['flag: Not allowed', 'share: Not allowed', 'force: Not allowed']],
    [{ flag: ' ', share: '', force: '' }, ['flag: Fill this in', 'share: Fill this in', 'force: Fill this in']],
    [{}, ['flag: Fill this in', 'share: Fill this in', 'force: Fill this in']],
    [{ flag: 'a', share: '1', force: 'true', colour: 'red' }, ['colour: any has no such input']],
  ])('%j: %j', (typed, says) => {
    const read = readRunbookForm(runbook, tainted(typed as { [name: string]: string }));
    const found = read.ok ? [] : read.failure.map((each) => `${each.field}: ${each.says}`);
    expect(found).toEqual(says.map((each) => expect.stringContaining(each)));
  });

  it('stands at its field, beside what was typed', () => {
    const said = tainted({ flag: 'A', share: '1', force: '' });
    const form = runbookForm(runbook, { seal: 's', said, problems: [{ field: 'flag', says: 'Not allowed' }] });
    expect(form.fields.map(({ name, value, error }) => [name, value?.untrusted ?? null, error])).toEqual([
      ['flag', 'A', 'Not allowed'],
      ['note', null, null],
      ['share', '1', null],
      ['force', '', null],
    ]);
  });
});

describe('what is filled in', () => {
  const asking = (change: object) =>
    runbookForm(
      runbookWith({
        flag: { ...about, type: 'string', pattern: '[a-z]+', maxLength: 9, default: 'old', suggest: 'flag' },
      }),
      { seal: 's', ...change },
    ).fields.map(({ label, value }) => [label, value?.untrusted]);

  it('is what was typed, else what the incident suggests, else the default', () => {
    expect(asking({})).toEqual([['Flag', 'old']]);
    expect(asking({ facts: { flag: 'new' } })).toEqual([['Flag (suggested by this incident)', 'new']]);
    expect(asking({ facts: { flag: 'new' }, said: tainted({ flag: 'mine' }) })).toEqual([['Flag', 'mine']]);
  });

  it('is never a fact that the input refuses', () => {
    expect(asking({ facts: { flag: 'rm -rf /; DROP' } })).toEqual([['Flag', 'old']]);
  });
});

it('a pattern is left to a client only where it reads it as we do', () => {
  const kept = ['[a-z0-9][a-z0-9-]{0,62}', String.raw`[\w.-]{1,60}/[\w.-]{1,60}`, 'i-[0-9a-f]{8,17}'];
  expect(kept.map(clientPattern)).toEqual(kept.map((each) => `^${each}$`));
  const left = ['.*', '(?i)a', '(a|b)+', 'a|b', String.raw`\pN+`, '[[:alpha:]]', 'a**', '[^a]', String.raw`\Aa\z`, ''];
  expect(left.map(clientPattern)).toEqual(left.map(() => null));
});

describe('a seal', () => {
  const key = new Uint8Array(32).fill(3);
  const use = { incident: 'INC-7', runbook: 'scale-out', nonce: 'form-0a1b' };
  const at = { place: { platform: 'slack', tenant: 'T1', channel: 'C1' }, person: 'lee' } as const;
  const seal = formSeal(key, use, at);

  it('holds for the form it was made for and nothing else', () => {
    const read = readFormSeal(seal);
    if (!read) throw new Error('our own seal was not read');
    expect(formHolds(key, read, at)).toBe(true);
    const wrong = [
      formHolds(key, { ...read, incident: 'INC-8' }, at),
      formHolds(key, { ...read, runbook: 'purge-queue' }, at),
      formHolds(key, { ...read, nonce: 'form-0a1c' }, at),
      formHolds(key, read, { ...at, person: 'dana' }),
      formHolds(key, read, { ...at, place: { ...at.place, channel: 'C2' } }),
      formHolds(key, read, { ...at, place: { ...at.place, tenant: 'T2' } }),
      formHolds(new Uint8Array(32), read, at),
    ];
    expect(wrong).toEqual(wrong.map(() => false));
  });

  it('is short enough for every platform, and any text is read or refused', () => {
    const longest = { incident: `INC-${'9'.repeat(12)}`, runbook: `a${'b'.repeat(63)}`, nonce: 'n'.repeat(64) };
    expect(formSeal(key, longest, at).length).toBeLessThan(200);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = readFormSeal(text);
        expect(read === null || !formHolds(key, read, at)).toBe(true);
        expect(readFillButton(text)?.seal ?? null).toBeNull();
      }),
    );
  });
});

it('answers are taken from our own fields, as text, whatever else comes back', () => {
  const fields = { [formField('a')]: 'x', [formField('n')]: 4, [formField('bad name')]: 'x', seal: 's', field_o: {} };
  expect(answersIn(fields)).toEqual({ a: taint('x'), n: taint('4') });
  expect(answersIn({ field_long: 'x'.repeat(9_000) })['long']?.untrusted).toHaveLength(4_000);
});
