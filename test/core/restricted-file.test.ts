/** `restricted` in causeway.yaml: what some groups alone may read, or a problem that names the line to fix. */
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { parseCatalogue } from '../../src/catalogue-file.ts';

const file = (restricted: unknown): string =>
  stringify({
    services: [{ id: 'payments', title: 'Payments', tier: 1, repository: 'acme/payments' }],
    groups: [{ id: 'platform', title: 'Platform', members: [] }],
    restricted,
  });

const read = (restricted: unknown) => parseCatalogue(file(restricted));

it('names a repository, a log group or a service, each with its readers', () => {
  const parsed = read([
    { repository: 'acme/vault', readers: ['platform'] },
    { logGroup: '/aws/vault', readers: ['platform'] },
    { service: 'payments', readers: ['platform'] },
    { repository: 'acme/open', readers: 'everyone' },
  ]);
  expect(parsed.ok && parsed.value.restricted).toEqual([
    { of: 'acme/vault', readers: ['platform'] },
    { of: '/aws/vault', readers: ['platform'] },
    { of: 'payments', readers: ['platform'] },
  ]);
});

it('without the list nothing is restricted', () => {
  const parsed = parseCatalogue(file(undefined));
  expect(parsed.ok && parsed.value.restricted).toEqual([]);
});

it.each([
  [
    'a group that is not there',
    [{ repository: 'acme/vault', readers: ['nobody'] }],
    'restricted.0.readers: no group "nobody"',
  ],
  [
    'a service that is not there',
    [{ service: 'vault', readers: ['platform'] }],
    'restricted.0.service: no service "vault"',
  ],
  ['nobody at all', [{ repository: 'acme/vault', readers: [] }], 'restricted.0'],
  ['nothing', [{ readers: ['platform'] }], 'restricted.0'],
  ['two things at once', [{ repository: 'a/b', service: 'payments', readers: ['platform'] }], 'restricted.0'],
])('a list that names %s is a problem', (_name, restricted, says) => {
  const parsed = read(restricted);
  expect(parsed.ok ? 'taken' : parsed.failure.join('\n')).toContain(says);
});
