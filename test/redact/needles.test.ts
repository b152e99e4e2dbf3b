/** Our own credentials never leave, in whatever form something echoes them. */
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { needlesOf } from '../../src/redact/needles.ts';
import { createRedactor } from '../../src/redact/redactor.ts';
import { createScanner } from '../../src/redact/scan.ts';
import { disguises } from '../support/disguises.ts';

const own = 'gate-9f3b7c21-credential';
const awkward = 'p@ss w/ord+"é=\\?&';
const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [own, awkward], deadlineMs: 2_000 });
afterAll(() => redactor.close());

it.each(disguises)('is masked when it is %s', async (_form, of) => {
  for (const credential of [own, awkward]) {
    const { text, receipt } = await redactor.redact(`seen ${of(credential)} here`);

    expect(receipt).toEqual({ 'own-credential': 1 });
    expect(text.replace(/\[SECRET:own-credential:[0-9a-f]{8}\]/u, '').length).toBeLessThan(24);
  }
});

it('is masked at any alignment in base64, whatever stands around it', () => {
  const scan = createScanner({ worded: [], formed: [] }, needlesOf([own]));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), (before, after) => {
      const encoded = Buffer.concat([before, Buffer.from(own), after]).toString('base64');
      const [span, ...more] = scan(encoded);

      expect(more).toEqual([]);
      // At most the two characters at each end that it shares with its neighbours stay.
      expect((span?.end ?? 0) - (span?.start ?? 0)).toBeGreaterThanOrEqual((own.length * 4) / 3 - 4);
    }),
  );
});

it('is masked across the border of two chunks in its longest form', async () => {
  const form = Buffer.from(own).toString('hex');
  for (let place = 16_384 - 80; place < 16_384 + 20; place += 10)
    expect((await redactor.redact(`${'z'.repeat(place)}${form}${'z'.repeat(600)}`)).text).not.toContain(form);
});

it('shorter than eight characters is left, because words would be masked', () => {
  expect(needlesOf(['short', '1234567'])).toEqual([]);
});
