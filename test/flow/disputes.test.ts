/** What sources disagree about is shown with both sides; more than a card holds is counted, never dropped in silence. */
import { expect, it } from 'vitest';
import type { Card } from '../../src/core/card.ts';
import type { Contradiction } from '../../src/core/contradiction.ts';
import { disputeEffect, quarantineCard, withDisputes, withRecord } from '../../src/flow/cards/disputes.ts';
import { payloadsOf } from '../support/payloads.ts';

const card: Card = { kind: 'hypotheses', fallback: 'Ranked causes', lead: ['H1'] };
const dispute = (service: string): Contradiction => ({
  kind: 'level',
  service,
  quantity: 'error_ratio',
  window: { fromMs: Date.UTC(2026, 10, 20, 14, 0), toMs: Date.UTC(2026, 10, 20, 14, 15) },
  sides: [
    { evidence: 'E4', source: 'datadog', says: '0.02' },
    { evidence: 'E9', source: 'prometheus', says: '0.31' },
  ],
});

it('every platform shows both sides, both numbers and what follows', () => {
  const { slack, teams, web } = payloadsOf(withDisputes(card, [dispute('checkout')]));
  for (const payload of [slack, teams, web]) {
    const text = payload.replaceAll('\\\\', '');
    expect(text).toContain('Sources disagree: 1');
    expect(text).toContain('E4 and E9 disagree about error_ratio of checkout: datadog says 0.02, prometheus says 0.31');
    expect(text).toContain(disputeEffect);
  }
});

it('eight are shown, the others are counted', () => {
  const disputes = Array.from({ length: 11 }, (_, index) => dispute(`service-${index}`));
  const lines = JSON.stringify(withDisputes(card, disputes).details?.lines);
  expect(lines.match(/disagree about/gu)).toHaveLength(8);
  expect(lines).toContain('3 more on the incident page');
});

it('without a dispute or a lowered word the card stays as it is', () => {
  expect(withDisputes(card, [])).toBe(card);
  expect(withRecord(card, [])).toBe(card);
});

it('what my record lowered joins what sources disagree about', () => {
  const { details } = withRecord(withDisputes(card, [dispute('checkout')]), [
    'Likely, not Confirmed: 3 of 9 were right',
  ]);
  expect(details?.summary).toBe('Sources disagree: 1');
  expect(details?.lines.at(-1)).toEqual(['Likely, not Confirmed: 3 of 9 were right']);
});

it('texts that read like instructions are counted with where they stand, or nothing is said', () => {
  expect(quarantineCard([{ id: 'E1' }, { id: 'E2', suspect: 0 }])).toBeNull();
  const notice = quarantineCard([{ id: 'E1', suspect: 1 }, { id: 'E2' }, { id: 'E3', suspect: 2 }]);
  expect(notice?.fallback).toBe('3 texts looked like instructions; treated as data');
  expect(notice?.lead).toEqual([
    { strong: notice?.fallback },
    ': ',
    { evidence: 'E1' },
    ' (1) ',
    { evidence: 'E3' },
    ' (2) ',
  ]);
});
