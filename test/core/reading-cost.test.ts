import { expect, it } from 'vitest';
import type { AuditRow } from '../../src/core/audit-entry.ts';
import { readingCostOf } from '../../src/core/reading-cost.ts';

const row = (kind: AuditRow['kind'], body: AuditRow['body']): AuditRow => ({
  kind,
  incident: 'INC-1',
  actor: 'causeway',
  atMs: 0,
  body,
  seq: 1,
  prev: '',
  hash: '',
});

it('sums what the calls cost, and takes rows of before costs were counted as nothing', () => {
  const rows = [
    row('tool.intent', { requests: 9 }),
    row('tool.result', { requests: 2, charactersRead: 10, bytesScanned: 5 }),
    row('tool.result', { requests: 1, charactersRead: 30, bytesScanned: 0 }),
    row('tool.result', { outcome: 'found' }),
  ];
  expect(readingCostOf(rows)).toEqual({ calls: 3, requests: 3, charactersRead: 40, bytesScanned: 5 });
});
