/** The platform team's configuration of each service, and harmless touches to it. */
import type { InitialFile } from '../changes.ts';
import type { PullScript } from '../fault.ts';
import { callsFrom, isLeaf, shopServices } from '../shop.ts';
import { configPull } from './source.ts';

const poolOf = (service: string): string => {
  const call = callsFrom(service).find(({ to }) => to.endsWith('-db') || to.endsWith('-cache'));
  if (call === undefined) return '';
  return `pool:
  target: ${call.to}
  max: 40
  idleTimeoutMs: 30000
  acquireTimeoutMs: 2000
`;
};

const extras: { readonly [service: string]: string } = {
  web: 'limits:\n  maxConcurrentRequests: 400\n  queue: 100\n',
  checkout: 'payments:\n  timeoutMs: 8000\n  retries: 1\n',
  search: 'catalog:\n  baseUrl: http://catalog.prod.svc:8080\n  keepAlive: true\n',
  inventory: 'reservation:\n  lockTimeoutMs: 2000\n  holdMinutes: 30\n',
};

const configuration = (service: string, pods: number): string => `service: ${service}
environment: prod
replicas: ${pods}
port: 8080
logLevel: info
resources:
  cpu: 500m
  memory: 512Mi
probes:
  readinessSeconds: 5
${poolOf(service)}${extras[service] ?? ''}`;

const ownServices = shopServices.filter((service) => !isLeaf(service));

export const configurationFiles: readonly InitialFile[] = [
  {
    path: 'README.md',
    content:
      '# Platform\n\n`config/` holds what differs per service in prod. A merge rolls the service out.\n`services/` holds accounts and notifications.\n',
  },
  ...ownServices.map(({ id, pods }) => ({ path: `config/${id}.yaml`, content: configuration(id, pods) })),
];

/** Small operations chores: none of them changes how a service answers. */
export const harmlessConfiguration = (service: string): readonly PullScript[] => [
  configPull(service, {
    title: `Probe ${service} a little later`,
    body: 'Fewer probe lines in the audit log.',
    find: 'readinessSeconds: 5',
    replace: 'readinessSeconds: 8',
  }),
  configPull(service, {
    title: `Say who to ask about ${service}`,
    body: 'Comment only.',
    find: `service: ${service}\n`,
    replace: `# Questions: #team-${service}\nservice: ${service}\n`,
  }),
];
