/** Words that claim more than a number: number words, "healthy", shares and "all". */
import { describe, expect, it } from 'vitest';
import { checkClaims } from '../../src/core/citation.ts';
import type { ClaimCitation } from '../../src/core/findings.ts';
import type { About, Known } from '../../src/core/measured-claims.ts';
import { digitsForWords } from '../../src/core/number-words.ts';
import { taint } from '../../src/core/tainted.ts';

const minute = 60_000;
const nowMs = Date.UTC(2026, 10, 20, 14, 30);
const window = { fromMs: nowMs - 60 * minute, toMs: nowMs };
const ledger: readonly Known[] = [
  {
    id: 'E1',
    window,
    query: 'p95:trace.request{service:checkout}',
    input: { service: 'checkout' },
    truncated: false,
    result: { before: 310, after: 962, points: [[nowMs - minute, 300]], old: [[nowMs - 50 * minute, 290]] },
  },
  {
    id: 'E2',
    window,
    query: 'errors by service',
    input: {},
    truncated: false,
    result: {
      services: [
        { service: 'payments', errors: 0, requests: 900, line: 'two workers of five hundred until 14:03' },
        { service: 'cart', errors: 3, requests: 0 },
      ],
    },
  },
  {
    id: 'E3',
    window: { fromMs: nowMs - 180 * minute, toMs: nowMs - 120 * minute },
    query: 'service:payments status:error',
    input: { service: 'payments' },
    truncated: true,
    result: { count: 0, line: 'all workers lost' },
  },
  {
    id: 'E4',
    window,
    query: 'aws.rds.cpu_utilization{db:payments-db}',
    input: { service: 'payments' },
    truncated: false,
    result: { now: 0.4 },
  },
];
const about: About = {
  subject: 'checkout',
  nowMs,
  entities: ['checkout', 'payments', 'cart'].map((id) => ({ id, names: id === 'cart' ? [id, 'Shopping cart'] : [id] })),
};
const quote = (evidence: 'E2' | 'E3', text: string): ClaimCitation => ({ evidence, quote: text });
const number = (evidence: `E${number}`, pointer: string, value: number): ClaimCitation => ({
  evidence,
  number: { pointer, value },
});
const objection = (text: string, ...citations: readonly ClaimCitation[]): string | null =>
  checkClaims([{ text: taint(text), citations }], ledger, about).dropped[0]?.why ?? null;

const before = number('E1', '/before', 310);
const after = number('E1', '/after', 962);
const fresh = number('E1', '/points/0/1', 300);
const errors = number('E2', '/services/0/errors', 0);

describe('a claim is kept', () => {
  it.each<[string, string, ClaimCitation[]]>([
    ['the thing it calls well is measured now', 'Latency of checkout is normal at 300 ms', [fresh]],
    ['it names nothing and its subject is measured', 'Latency is back to normal', [fresh]],
    ['its zero is a zero', 'There are no errors on payments', [errors]],
    ['it speaks of the past', 'Checkout was healthy before the deploy', [before]],
    ['it denies that something is well', 'Checkout is not healthy', [quote('E2', 'two workers')]],
    [
      'the quantity it names is the one measured',
      'CPU of the payments database is normal',
      [number('E4', '/now', 0.4)],
    ],
    ['its number word is cited', 'Two workers died', [quote('E2', 'two workers of five hundred')]],
    ['its number words are cited as a number', 'It waits nine hundred and sixty-two ms', [after]],
    [
      'the window covers the time it names',
      'CPU of payments was normal at 14:03',
      [number('E4', '/now', 0.4), quote('E2', 'until 14:03')],
    ],
    ['its ratio stands between two cited numbers', 'Latency tripled', [before, after]],
    ['a name has a number word in it', 'The two-phase commit of one of them hangs', [after]],
    ['the sweeping word is in the quote', 'It said "all workers lost"', [quote('E3', 'all workers lost')]],
    ['its size is backed', 'Hundreds of requests', [number('E2', '/services/0/requests', 900)]],
  ])('when %s', (...[, text, citations]) => {
    expect(objection(text, ...citations)).toBeNull();
  });
});

describe('a claim is dropped', () => {
  it.each<[string, string, ClaimCitation[], string]>([
    ['the number measures something else', 'Payments is healthy', [fresh], 'of payments, which no cited number'],
    ['another name of the thing is meant', 'The Shopping cart is fine', [fresh], 'of cart, which no cited number'],
    ['the number is beside another entity', 'Cart is healthy', [errors], 'of cart, which no cited number'],
    ['the number is of the baseline', 'Checkout is healthy', [before], 'of a time that no cited number'],
    ['the sample is old', 'Latency is normal', [number('E1', '/old/0/1', 290)], 'of a time that no cited number'],
    ['the window ended before', 'Payments is stable', [number('E3', '/count', 0)], 'of a time that no cited number'],
    [
      'the window leaves out the time it names',
      'Payments was normal at 14:03',
      [number('E3', '/count', 0), quote('E2', 'until 14:03')],
      'of a time that no cited number',
    ],
    ['another quantity is measured', 'The database of checkout is healthy', [fresh], 'of the database, which no cited'],
    ['calm is said of CPU with a latency', 'CPU of checkout is normal', [fresh], 'of the CPU, which no cited number'],
    ['"no errors" cites a number that is no zero', 'No errors on checkout', [fresh], 'without citing a 0'],
    [
      '"no errors" cites a result that was cut',
      'Payments had no errors',
      [number('E3', '/count', 0)],
      'without citing a 0',
    ],
    [
      'it recovered without a measurement',
      'Checkout recovered',
      [quote('E2', 'two workers')],
      'without citing a measure',
    ],
    ['it is a share of nothing in words', 'All 0 pods are ready', [errors], 'a share of nothing'],
    ['it is zero of zero', 'It failed 0 of 0 times', [errors], 'a share of nothing'],
    [
      'the whole beside its number is zero',
      'The error rate of cart is 3',
      [number('E2', '/services/1/errors', 3)],
      'a share of nothing',
    ],
    ['it says all over a cut result', 'All workers of payments failed', [number('E3', '/count', 0)], 'cut short'],
    ['it says never over a cut result', 'Payments never failed', [number('E3', '/count', 0)], 'cut short'],
    ['a number word is not cited', 'Two pods restarted', [after], 'the number 2 is not cited'],
    ['a large number in words is not cited', 'It grew five hundred percent', [after], 'the number 500% is not cited'],
    ['it says doubled and it tripled', 'Latency doubled', [before, after], 'the number doubled is not cited'],
    ['it says tenfold of one number', 'Latency grew tenfold', [after], 'the number tenfold is not cited'],
    ['it says half', 'Half of the requests fail', [before, after], 'the number Half is not cited'],
    ['it says thousands', 'Thousands of requests', [after], 'the number Thousands is not cited'],
  ])('when %s', (...[, text, citations, why]) => {
    expect(objection(text, ...citations)).toContain(why);
  });
});

it.each([
  ['twenty-one', '21'],
  ['one hundred and five', '105'],
  ['two hundred thousand', '200000'],
  ['a million', '1000000'],
  ['3 million', '3000000'],
  ['twelve percent', '12%'],
  ['a five-minute window', 'a 5-minute window'],
  ['this one, no one, one of them', 'this one, no one, one of them'],
  ['a two-phase zero-day', 'a two-phase zero-day'],
  ['someone often tenant', 'someone often tenant'],
])('reads %s as %s', (said, digits) => {
  expect(digitsForWords(said)).toBe(digits);
});

describe('a search that found nothing', () => {
  const empty: Known = {
    id: 'E4',
    window,
    query: 'status:error service:payments',
    input: { service: 'payments' },
    truncated: false,
    empty: true,
    result: { found: 0, searched: 'error logs of payments' },
  };
  const subject: About = { subject: 'payments', entities: [{ id: 'payments', names: ['payments'] }], nowMs };
  const whyNot = (text: string) => {
    const citations: readonly ClaimCitation[] = [
      { evidence: 'E4', quote: 'error logs of payments', number: { pointer: '/found', value: 0 } },
    ];
    return checkClaims([{ text: taint(text), citations }], [empty], subject).dropped[0]?.why;
  };

  it.each(['Searching the error logs of payments found nothing', '0 lines were found in the error logs of payments'])(
    'may be cited as that: %s',
    (text) => expect(whyNot(text)).toBeUndefined(),
  );

  it.each(['payments is healthy', 'payments has no errors', 'payments had zero failures', 'the logs look normal'])(
    'shows nobody well: %s',
    (text) => expect(whyNot(text)).toBe('it says something is well without citing a measurement'),
  );
});
