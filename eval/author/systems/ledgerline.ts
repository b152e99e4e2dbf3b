/** A bank's ledger: transfers are checked, posted and settled. Java, structured logs. */
import { code, external, pull, store } from '../services.ts';
import type { SystemSketch } from '../sketch.ts';

const line = (level: string, logger: string, text: string): string =>
  `<time> ${level} [<pick:exec-1|exec-2|exec-7|exec-12>] c.l.${logger} - ${text}`;

export const ledgerline: SystemSketch = {
  name: 'ledgerline',
  owner: 'core-banking',
  repository: 'ledgerline/core',
  folderOf: (service) => `${service}/`,
  callFails: (to) =>
    line(
      'ERROR',
      'http.Client',
      `call to ${to} failed: <pick:503 Service Unavailable|500 Internal Server Error|Read timed out> (trace <hex:16>)`,
    ),
  services: [
    code('bank-api', 'Banking API', {
      tier: 1,
      pods: 6,
      ms: 18,
      enters: 95,
      certificateDays: 120,
      calls: { transfers: [0.35, 0.6, 0.8], balances: [0.6, 0.6, 0.7], statements: [0.05, 0.1, 0.1] },
      says: [
        [
          'info',
          line('INFO ', 'api.Access', '<pick:GET /balances|POST /transfers|GET /statements> 200 <int:12-160>ms'),
          5,
        ],
      ],
    }),
    code('transfers', 'Transfers', {
      tier: 1,
      pods: 4,
      ms: 30,
      logs: 'cloudwatch',
      pool: 0.3,
      calls: { 'fraud-check': [1, 0.9, 0.9], postings: [1, 0.9, 1], settlement: [0.4, 0.2, 0.3] },
      says: [['info', line('INFO ', 'transfers.Flow', 'transfer <hex:10> accepted amount_class=<pick:S|M|L>'), 4]],
    }),
    code('postings', 'Postings', {
      tier: 1,
      pods: 4,
      ms: 22,
      logs: 'cloudwatch',
      pool: 0.38,
      calls: { 'ledger-db': [3, 1.2, 1], 'event-bus': [1, 0.2, 0.2] },
      says: [
        ['info', line('INFO ', 'postings.Journal', 'posted entry=<hex:10> lines=<pick:2|2|4> in <int:6-40>ms'), 4],
        ['warn', line('WARN ', 'postings.Journal', 'entry <hex:10> retried once: could not serialize access'), 0.2],
      ],
    }),
    code('balances', 'Balances', {
      tier: 1,
      pods: 4,
      ms: 14,
      calls: { 'ledger-db': [1, 1, 1] },
      says: [['info', line('INFO ', 'balances.Reader', 'balance read account=****<int:1000-9999> <int:3-30>ms'), 4]],
    }),
    code('fraud-check', 'Fraud check', {
      tier: 1,
      pods: 4,
      ms: 48,
      cpu: 0.45,
      calls: { 'model-store': [0.3, 0.3, 0.5] },
      says: [['info', line('INFO ', 'fraud.Score', 'score=<int:1-40> rules=<int:30-44> <int:20-80>ms'), 3]],
    }),
    code('settlement', 'Settlement', {
      pods: 2,
      ms: 35,
      throttled: true,
      certificateDays: 77,
      calls: { swiftlink: [1, 1, 1] },
      says: [['info', line('INFO ', 'settlement.Outbox', 'message <hex:8> acknowledged by swiftlink'), 2]],
    }),
    code('statements', 'Statements', {
      tier: 3,
      pods: 2,
      ms: 140,
      logs: 'cloudwatch',
      calls: { 'statement-store': [1, 0.8, 1] },
      says: [['info', line('INFO ', 'statements.Pdf', 'rendered <int:1-12> pages in <int:90-400>ms'), 1]],
    }),
    store('ledger-db', 'Ledger database (managed PostgreSQL)', {
      tier: 1,
      disk: 0.61,
      says: [['info', '<time> UTC [<int:100-999>] LOG:  checkpoint complete: wrote <int:900-9000> buffers', 0.3]],
    }),
    store('event-bus', 'Event bus (managed Kafka)', {
      disk: 0.5,
      says: [['info', '[<time>] INFO [Partition postings-<int:0-11>] rolled new log segment', 0.2]],
    }),
    store('statement-store', 'Statement file system', { disk: 0.66, says: [] }),
    store('model-store', 'Feature store (managed Redis)', { ms: 2, says: [] }),
    external('swiftlink', 'Swiftlink (settlement network)', { ms: 210 }),
  ],
  files: {
    'README.md': '# Core banking\n\nEach folder is a service. CI deploys the folders that a merge changes.\n',
    'config/transfers.yaml':
      'transfers:\n  limits:\n    daily: 50000\n  pool:\n    max: 40\n  retry:\n    attempts: 2\n',
    'config/postings.yaml': 'postings:\n  pool:\n    max: 40\n    waitMs: 1500\n  batch: 50\n',
    'balances/src/Reader.java':
      'package ledgerline.balances;\n\nfinal class Reader {\n  Money read(AccountId account) {\n    return ledger.sum(account);\n  }\n}\n',
    'statements/src/Layout.java':
      'package ledgerline.statements;\n\nfinal class Layout {\n  static final int ROWS = 38;\n  static final String FONT = "Inter";\n}\n',
    'fraud-check/rules/velocity.yaml': 'rule: velocity\nwindowMinutes: 30\nmaxTransfers: 12\n',
    'settlement/README.md': '# Settlement\n\nOutbox to Swiftlink. At most four messages a second.\n',
  },
  chores: [
    pull(
      ['statements: 36 rows a page', 'The footer overlapped.', 'mats-o'],
      ['statements/src/Layout.java', 'ROWS = 38', 'ROWS = 36'],
      { deploys: ['statements'] },
    ),
    pull(
      ['statements: use the bank font', 'Brand request.', 'lina-v'],
      ['statements/src/Layout.java', '"Inter"', '"Ledger Sans"'],
      { deploys: ['statements'] },
    ),
    pull(
      ['fraud-check: velocity rule looks at 45 minutes', 'Agreed with risk.', 'greta-s'],
      ['fraud-check/rules/velocity.yaml', 'windowMinutes: 30', 'windowMinutes: 45'],
      { deploys: ['fraud-check'] },
    ),
    pull(
      ['settlement: say the rate limit', 'Docs.', 'mats-o'],
      ['settlement/README.md', 'four messages a second', 'four messages a second, agreed until March'],
      { deploys: [] },
    ),
    pull(
      ['transfers: raise the daily limit', 'Product decision PD-118.', 'lina-v'],
      ['config/transfers.yaml', 'daily: 50000', 'daily: 75000'],
      { deploys: ['transfers'] },
    ),
    pull(
      ['README: how to run one service', 'Docs.', 'greta-s'],
      [
        'README.md',
        'CI deploys the folders that a merge changes.',
        'CI deploys the folders that a merge changes. `./run NAME` starts one.',
      ],
      { deploys: [] },
    ),
  ],
};
