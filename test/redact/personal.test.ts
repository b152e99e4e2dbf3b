/** Personal data: by checked forms, and by the names of fields. */
import { afterAll, describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redact/redactor.ts';

const redactor = createRedactor({ tokenKey: 'test', ownCredentials: [], deadlineMs: 2_000 });
const keeping = createRedactor({ tokenKey: 'test', ownCredentials: [], personalData: false, deadlineMs: 2_000 });
const strict = createRedactor({ tokenKey: 'test', ownCredentials: [], ipAddresses: true, deadlineMs: 2_000 });
afterAll(() => Promise.all([redactor.close(), keeping.close(), strict.close()]));
const redact = async (text: string): Promise<string> => (await redactor.redact(text)).text;

const personal: readonly (readonly [kind: string, template: string, value: string])[] = [
  ['email', 'user %s asked', 'dana@example.test'],
  ['email', 'mail <%s>, twice', "m.o'neil+ops@sub.example.co.uk"],
  ['email', 'GET /u?mail=%s&x=1', 'dana%40example.com'],
  ['email', 'von %s', 'jörg.müller@example.de'],
  ['card', 'charged %s ok', '4111111111111111'],
  ['card', 'charged %s ok', '5555 5555 5555 4444'],
  ['card', 'pan=%s', '3782-822463-10005'],
  ['card', 'at 12:00 12 %s 200', '6011111111111117'],
  ['card', 'debit card %s lost', '6759649826438453'],
  ['iban', 'to %s today', 'GB82WEST12345698765432'],
  ['iban', 'to %s TODAY', 'DE89 3704 0044 0532 0130 00'],
  ['us-ssn', 'is %s.', '219-09-9999'],
  ['us-ssn', 'ssn: %s', '219099999'],
  ['phone', 'call %s now', '+41 44 668 18 00'],
  ['phone', '{"to":"%s"}', '+14155552671'],
  ['phone', 'Phone: %s', '(415) 555-2671'],
  ['phone', 'Phone:\n%s\n', '201-948-1927'],
  ['phone', '"phoneNumber":"%s"', '0496 46 46 70'],
  ['name', '"full_name":"%s"', 'Dana Smith'],
  ['name', 'usr.name=%s status=ok', 'Dana'],
  ['name', '{\\"firstName\\":\\"%s\\"}', 'Zoë'],
  ['name', 'POST /?full_name=%s&a=b', 'Dana+van+Dyk'],
  ['name', '{"user":{"id":7,"name":"%s"}}', 'Dana Smith'],
  ['name', 'last_name: %s, next', "O'Hara"],
  ['address', '"billing_address": "%s"', '12 Main Street, Springfield'],
  ['address', 'Address: %s', '99449 18 McPherson Road Suite 019'],
  ['address', "street='%s'", 'Parijsstraat 8'],
  ['birth-date', '"date_of_birth":"%s"', '1980-02-29'],
  ['birth-date', "date of birth. It's %s", '2/16/1942'],
  ['birth-date', 'dob=%s', '16.02.1942'],
];

it.each(personal)('%s in "%s" is masked whole, and its surroundings stay: %s', async (kind, template, value) => {
  const [before = '', after = ''] = template.split('%s');
  const masked = await redact(`${before}${value}${after}`);

  expect(masked.replace(/\[PII:[a-z-]+:[0-9a-f]{8}\]/u, `<${kind}>`)).toBe(`${before}<${kind}>${after}`);
  expect(masked).toContain(`[PII:${kind}:`);
});

it.each([
  ['wrong check digit', 'charged 4111111111111112 and 5555 5555 5555 4445'],
  ['decimal trace id', 'dd.trace_id=4611686018427387903 dd.span_id=6011111111111111110'],
  ['block id', 'blk_4111111111111111 -6011111111111117'],
  ['nanoseconds and milliseconds', '1762934400000000000 1762934400000 1762934400'],
  ['table of numbers', '1234 5678 9012 3456 7890 1234'],
  ['wrong IBAN', 'GB83WEST12345698765432 and XX82WEST12345698765432'],
  ['impossible SSN', '000-12-3456 666-12-3456 900-12-3456 123-00-4567 123-45-0000'],
  ['dates and zones', '+0000 +0530 2026-11-21T10:00:00+01:00\n+2026-11-21 10:00:00 added'],
  ['diff counts', '@@ -10,12 +10,1234 @@ offset +123'],
  ['units and images', 'user@1000.service logo@2x.png node@sha256 pkg@1.2.3'],
  ['nodes', 'rabbit@mq-0.mq.default.svc.cluster.local ubuntu@ip-10-0-0-1.ec2.internal'],
  ['source hosts', 'git@github.com:acme/shop.git https://dana@bitbucket.org/acme/shop'],
  ['repository', '"full_name": "acme/checkout", "name": "checkout"'],
  ['service', 'full_name=checkout-api name=Checkout user_name=svc username=root'],
  ['host addresses', 'address: 10.0.0.1:8080 Address: 0x7ffe 12 addr=fe80::1 bind address = 0.0.0.0'],
  ['IP addresses', 'from 203.0.113.7 to 2001:db8::7'],
  ['telephony', 'mobile: 12345 tel: 2026-11-21 desk 10.0.0.123 phone=null'],
])('%s is left as it is: %s', async (_what, text) => {
  expect(await redact(text)).toBe(text);
});

describe('the token', () => {
  const tokenOf = (text: string): string | undefined => /\[PII:[^\]]+\]/u.exec(text)?.[0];

  it('is the same for one mailbox and one number however they are written', async () => {
    const mails = await Promise.all(['Dana@Example.test', 'dana@example.test'].map(redact));
    const cards = await Promise.all(['x 4111111111111111', 'y 4111 1111 1111 1111'].map(redact));

    expect(tokenOf(mails[0] ?? '')).toBe(tokenOf(mails[1] ?? ''));
    expect(tokenOf(cards[0] ?? '')).toBe(tokenOf(cards[1] ?? ''));
    expect(tokenOf(mails[0] ?? '')).not.toBe(tokenOf(cards[0] ?? ''));
  });

  it('stays when masked again', async () => {
    const once = await redact('"full_name":"Dana Smith","mail":"dana@example.test","phone":"+14155552671"');

    expect(await redact(once)).toBe(once);
  });
});

it('a password before a host is a secret and no mailbox, and the host stays', async () => {
  expect(await redact('postgres://app:p4ss.w0rd@db.example.test:5432/shop')).toMatch(
    /^postgres:\/\/app:\[SECRET:url-credentials:[0-9a-f]{8}\]@db\.example\.test:5432\/shop$/u,
  );
});

it('a password with an @ in it is masked whole', async () => {
  expect(await redact('amqp://app:p@ss.word@db.example.test/x')).toMatch(
    /:\/\/app:\[SECRET:[^\]]+\]@db\.example\.test\/x$/u,
  );
});

it('switched off, personal data stays and secrets do not', async () => {
  const { text } = await keeping.redact('dana@example.test +14155552671 password=hunter22');

  expect(text).toMatch(/^dana@example\.test \+14155552671 password=\[SECRET:/u);
});

it('IP addresses are masked when asked for, and times, versions and this machine are not', async () => {
  const { text, receipt } = await strict.redact(
    '203.0.113.7 2001:db8::7 fe80:0:0:0:1:2:3:4 127.0.0.1 10:11:12 v1.2.3 300.1.1.1 std::vector',
  );

  expect(receipt).toEqual({ ip: 3 });
  expect(text).toMatch(/\] 127\.0\.0\.1 10:11:12 v1\.2\.3 300\.1\.1\.1 std::vector$/u);
});
