import { expect, it } from 'vitest';
import type { Incident } from '../../src/core/incident.ts';
import { pastCausesOf } from '../../src/core/past-causes.ts';
import { taint } from '../../src/core/tainted.ts';

const incidentOf = (number: number, service: string, phase: Incident['phase'] = 'closed'): Incident => ({
  id: `INC-${number}`,
  place: { platform: 'web', tenant: 'local', channel: `c${number}` },
  phase,
  openedAtMs: number,
  openedBy: 'sam',
  question: null,
  symptom: {
    service,
    title: taint('t'),
    monitor: null,
    metric: 'error_ratio',
    query: 'q',
    comparator: '>',
    threshold: 1,
    triggeredAtMs: number,
  },
  onsetMs: null,
});
const incidents = [
  incidentOf(1, 'cart'),
  incidentOf(2, 'cart'),
  incidentOf(3, 'search'),
  incidentOf(4, 'cart', 'watching'),
];
const right = (number: number, kind: string, entity: string) => ({
  incident: `INC-${number}` as const,
  body: { grade: 'right', kind, entity },
});

it('counts what incidents of the same service turned out to be', () => {
  const rows = [right(1, 'data', 'stock'), right(2, 'data', 'stock'), right(3, 'quota', 'mail')];

  expect(pastCausesOf('cart', { rows, incidents })).toEqual([{ entity: 'stock', kind: 'data', times: 2 }]);
});

it('takes the real cause where the verdict was not right, and the last grade of an incident', () => {
  const wrong = { grade: 'wrong', kind: 'data', entity: 'stock' };
  const named = { incident: 'INC-1' as const, body: { ...wrong, cause: { kind: 'network', service: 'till' } } };
  const rows = [right(1, 'data', 'stock'), named, { incident: 'INC-2' as const, body: wrong }];

  expect(pastCausesOf('cart', { rows, incidents })).toEqual([{ entity: 'till', kind: 'network', times: 1 }]);
});

it('leaves out incidents that are not closed, services nobody named and kinds that are none', () => {
  const kindOnly = { incident: 'INC-1' as const, body: { grade: 'wrong', cause: { kind: 'data', service: null } } };
  const rows = [right(4, 'data', 'stock'), kindOnly, right(2, 'gremlins', 'stock')];

  expect(pastCausesOf('cart', { rows, incidents })).toEqual([{ entity: 'stock', kind: null, times: 1 }]);
});
