import { pull } from '../services.ts';
import { after } from '../shapes.ts';
import type { Recipe } from '../sketch.ts';
import { ledgerline } from '../systems/ledgerline.ts';

const sql = (level: string, text: string): string => `<time> ${level} [<pick:exec-1|exec-4|exec-9>] c.l.${text}`;

const checks = `package ledgerline.transfers;

final class BalanceCheck {
  void check(List<Leg> legs) {
    Map<AccountId, Money> balances = balances().readAll(accountsOf(legs));
    for (Leg leg : legs) {
      require(balances.get(leg.account()).covers(leg.amount()));
    }
  }
}
`;

export const banking: readonly Recipe[] = [
  {
    folder: 'gable-row',
    title: 'Transfers time out after lunch',
    system: ledgerline,
    zero: '2026-11-11T12:31:00Z',
    alert: { service: 'transfers', metric: 'error_ratio', name: 'Transfers: error rate is high' },
    effects: [
      { on: 'postings', what: 'pool', value: after(0, 0.99) },
      { on: 'postings', what: 'ms', value: after(0, 620, { rise: 2 }) },
      { on: 'postings', what: 'errors', value: after(0, 0.22, { rise: 3 }) },
    ],
    pulls: [
      pull(
        [
          'postings: smaller pool per pod, larger batches',
          'The database team asked every service to take fewer connections. Batches make up for it.',
          'mats-o',
        ],
        [
          'config/postings.yaml',
          '    max: 40\n    waitMs: 1500\n  batch: 50',
          '    max: 4\n    waitMs: 1500\n  batch: 80',
        ],
        { deploys: ['postings'], live: -1 },
      ),
      pull(
        ['balances: log slow reads', 'Level debug.', 'lina-v'],
        ['balances/src/Reader.java', 'return ledger.sum(account);', 'return timed(() -> ledger.sum(account));'],
        { deploys: ['balances'], live: -4 },
      ),
    ],
    says: [
      [
        'postings',
        'error',
        sql(
          'ERROR',
          'postings.Pool - HikariPool-1 - Connection is not available, request timed out after 15<int:00-09>ms (total=4, active=4, idle=0, waiting=<int:18-70>)',
        ),
        [0, 60, 8],
      ],
    ],
    truth: {
      kind: 'config-change',
      entity: 'postings',
      change: 'postings: smaller pool per pod, larger batches',
      onset: 0,
      why: 'The configuration cut the pool from 40 to 4; it is full from the rollout on and requests wait for connections.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'heron-dock',
    title: 'Transfers have become slow',
    system: ledgerline,
    zero: '2026-11-16T10:02:00Z',
    alert: { service: 'bank-api', metric: 'latency_p95_ms', name: 'Banking API: p95 latency is high', threshold: 320 },
    effects: [
      { on: 'transfers', what: 'ms', value: after(0, 540, { rise: 3 }) },
      { on: 'transfers', what: 'cpu', value: after(0, 0.52) },
    ],
    files: { 'transfers/src/BalanceCheck.java': checks },
    pulls: [
      pull(
        [
          'transfers: check each leg against a fresh balance',
          'Two legs of one transfer could use the same money. Read the balance again for every leg.',
          'greta-s',
        ],
        [
          'transfers/src/BalanceCheck.java',
          '    Map<AccountId, Money> balances = balances().readAll(accountsOf(legs));\n    for (Leg leg : legs) {\n      require(balances.get(leg.account()).covers(leg.amount()));',
          '    for (Leg leg : legs) {\n      for (AccountId account : accountsOf(legs)) balances().read(account);\n      require(balances().read(leg.account()).covers(leg.amount()));',
        ],
        { deploys: ['transfers'], live: -1 },
      ),
      pull(
        ['transfers: retry three times', 'Agreed after last week.', 'mats-o'],
        ['config/transfers.yaml', 'attempts: 2', 'attempts: 3'],
        { deploys: ['transfers'], live: 6 },
      ),
    ],
    says: [
      [
        'transfers',
        'warn',
        sql(
          'WARN',
          'transfers.Flow - transfer <hex:10> took <int:480-900>ms (balance check <int:430-820>ms, <int:18-60> reads)',
        ),
        [0, 60, 7],
      ],
    ],
    truth: {
      kind: 'bad-deploy',
      entity: 'transfers',
      change: 'transfers: check each leg against a fresh balance',
      onset: 0,
      why: 'The balance check reads one by one for every pair of legs since the rollout; the second rollout of the service came six minutes after the latency had risen.',
      hardness: ['distractor-same-service'],
    },
  },
  {
    folder: 'iris-mill',
    title: 'Postings stop for one partition',
    system: ledgerline,
    zero: '2026-11-13T07:48:00Z',
    alert: { service: 'postings', metric: 'error_ratio', name: 'Postings: error rate is high' },
    effects: [
      { on: 'postings', what: 'errors', value: after(0, 0.16, { rise: 2 }) },
      { on: 'postings', what: 'restarts', value: (minute) => (minute >= 2 && minute % 3 === 0 ? 1 : 0) },
    ],
    says: [
      [
        'postings',
        'error',
        sql('ERROR', 'postings.Consumer - cannot decode record partition=7 offset=88214093: currency must not be null'),
        [0, 60, 9],
      ],
      [
        'postings',
        'error',
        sql(
          'ERROR',
          'postings.Consumer - consumer stopped after 5 attempts at partition=7 offset=88214093, container restarts',
        ),
        [2, 60, 0.4],
      ],
      ['postings', 'info', sql('INFO ', 'postings.Consumer - resuming partition=7 at offset=88214093'), [2, 60, 0.4]],
    ],
    pulls: [
      pull(
        ['fraud-check: at most ten transfers in the window', 'Agreed with risk.', 'greta-s'],
        ['fraud-check/rules/velocity.yaml', 'maxTransfers: 12', 'maxTransfers: 10'],
        { deploys: ['fraud-check'], live: -19 },
      ),
    ],
    truth: {
      kind: 'data',
      entity: 'postings',
      change: null,
      onset: 0,
      why: 'One record without a currency stops the consumer at the same offset again and again; nothing was rolled out to postings.',
      hardness: ['distractor-elsewhere'],
    },
  },
  {
    folder: 'jade-step',
    title: 'Settlement messages are refused',
    system: ledgerline,
    zero: '2026-11-20T15:27:00Z',
    alert: { service: 'settlement', metric: 'error_ratio', name: 'Settlement: error rate is high' },
    effects: [
      { on: 'settlement>swiftlink', what: 'errors', value: after(0, 0.7, { rise: 2 }) },
      { on: 'settlement', what: 'throttles', value: after(0, 52) },
    ],
    says: [
      [
        'settlement',
        'error',
        sql(
          'ERROR',
          'settlement.Outbox - swiftlink 429: message allowance of participant LDGR for the day is used up (12000 of 12000), reset 00:00 CET',
        ),
        [0, 60, 8],
      ],
      ['settlement', 'warn', sql('WARN', 'settlement.Outbox - <int:40-900> messages wait'), [2, 60, 2]],
    ],
    truth: {
      kind: 'quota',
      entity: 'swiftlink',
      change: null,
      onset: 0,
      why: 'Swiftlink answers 429: the daily allowance of messages is used up.',
      hardness: ['plain'],
    },
  },
];
