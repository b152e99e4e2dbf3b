/** The `causeway.yaml` that the system's team would have written: what runs, who owns it, who is on call. */
import { stringify } from 'yaml';
import type { DirectoryPerson, Group, Service } from '../core/catalogue.ts';
import { runsInCluster } from './kubernetes/cluster.ts';
import { namespace } from './kubernetes/names.ts';
import type { ShopService } from './world.ts';

/** What the system is called, and whether it runs in the lab's cluster. */
type Site = { readonly system: string; readonly cluster: boolean };

/** Any requester leaves at least two others in every group. */
const groups: readonly Group[] = [
  { id: 'shop-oncall', title: 'Shop on call', members: ['dana', 'sam', 'lee'] },
  { id: 'payments-oncall', title: 'Payments on call', members: ['lee', 'sam', 'robin'] },
  { id: 'platform-oncall', title: 'Platform on call', members: ['robin', 'sam', 'dana'] },
];

const person = (id: string, name: string, rest: { onCall: boolean; number: number }): DirectoryPerson => ({
  id,
  name,
  onCall: rest.onCall,
  accounts: {
    web: id,
    slack: `U0${id.toUpperCase().padEnd(7, '0')}`,
    teams: `00000000-0000-4000-8000-00000000000${rest.number}`,
  },
});

const people: readonly DirectoryPerson[] = [
  person('dana', 'Dana Okafor', { onCall: true, number: 1 }),
  person('lee', 'Lee Marchetti', { onCall: false, number: 2 }),
  person('sam', 'Sam Lindqvist', { onCall: false, number: 3 }),
  person('robin', 'Robin Castellanos', { onCall: false, number: 4 }),
];

const titleOf = (group: string): string =>
  group
    .replaceAll('-', ' ')
    .replace('oncall', 'on call')
    .replace(/^./u, (letter) => letter.toUpperCase());

/** The groups that own something, and those the shop's catalogue always lists. */
const groupsOf = (services: readonly ShopService[]): readonly Group[] => {
  const owners = [...new Set(services.flatMap((service) => service.owners))];
  const known = owners.flatMap((owner) => groups.find(({ id }) => id === owner) ?? []);
  if (known.length === owners.length) return groups;
  return owners.map((id) => ({ id, title: titleOf(id), members: ['dana', 'sam', 'lee', 'robin'] }));
};

const described = (service: ShopService, { system, cluster }: Site): Service => ({
  id: service.id,
  title: service.title,
  tier: service.tier,
  repository: service.repository,
  paths: service.paths,
  logGroups: service.logsInCloudWatch ? [`/${system}/prod/${service.id}`] : [],
  datadogService: service.external ? null : service.id,
  kubernetes: cluster && runsInCluster(service) ? { namespace, workload: service.id } : null,
  pagerdutyService: null,
  dependsOn: service.dependsOn,
  owners: service.owners,
  external: service.external,
});

/** YAML with `environment`, `services`, `groups` and `people`, fields as in `core/catalogue.ts`. */
export const catalogueYaml = (services: readonly ShopService[], site: Partial<Site> = {}): string =>
  stringify(
    {
      environment: 'prod',
      services: services.map((service) => described(service, { system: 'shop', cluster: true, ...site })),
      groups: groupsOf(services),
      people,
    },
    { lineWidth: 110 },
  );
