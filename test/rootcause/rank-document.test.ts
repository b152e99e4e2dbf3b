import { describe, expect, it } from 'vitest';
import { parseTelemetryDocument, telemetryDocumentSchema } from '../../src/rank-document.ts';
import { rank } from '../../src/rootcause/rank.ts';
import { faults } from './synthetic-faults.ts';
import { compose } from './synthetic-incident.ts';

describe('a telemetry document', () => {
  it('survives JSON: same ranking', () => {
    const fault = faults['bad deploy'];
    if (fault === undefined) throw new Error('the case is gone');
    const { telemetry } = compose(2, fault);
    const parsed = parseTelemetryDocument(JSON.parse(JSON.stringify(telemetry)));

    expect(parsed.ok && rank(parsed.value)).toEqual(rank(telemetry));
  });

  it('may lack every list; times may be ISO 8601; null samples are gaps', () => {
    const parsed = parseTelemetryDocument({
      window: { fromMs: '2026-11-12T13:00:00Z', toMs: '2026-11-12T14:00:00+00:00' },
      series: [
        {
          service: 'a',
          metric: 'x',
          points: [
            ['2026-11-12T13:00:00Z', 1],
            [1, null],
          ],
        },
      ],
    });

    expect(parsed).toMatchObject({
      ok: true,
      value: {
        alert: null,
        window: { fromMs: Date.UTC(2026, 10, 12, 13), toMs: Date.UTC(2026, 10, 12, 14) },
        series: [{ points: [[Date.UTC(2026, 10, 12, 13), 1]] }],
        changes: [],
      },
    });
  });

  it('that is wrong is refused with every place and what was expected', () => {
    const parsed = parseTelemetryDocument({ window: { fromMs: 0 }, changes: [{ id: 'a', kind: 'magic', atMs: 1 }] });

    expect(parsed.ok ? [] : parsed.failure).toEqual([
      expect.stringMatching(/^window\.toMs: /u),
      expect.stringMatching(/^changes\.0\.kind: .*pull-request/u),
    ]);
  });

  it('whose window ends before it begins is refused', () => {
    expect(parseTelemetryDocument({ window: { fromMs: 2, toMs: 1 } })).toEqual({
      ok: false,
      failure: ['window: toMs is before fromMs; swap them'],
    });
  });
});

describe('the published schema', () => {
  it('names every list of the document and asks only for the window', () => {
    expect(telemetryDocumentSchema()).toMatchObject({
      required: ['window'],
      properties: expect.objectContaining({ series: expect.anything(), changes: expect.anything() }),
    });
  });
});
