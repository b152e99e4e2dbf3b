/** What a workflow run of the operations repository leaves in the stream of changes, once it took effect. */
import type { Fault } from './fault.ts';
import { shopService } from './shop.ts';
import type { Intervention, ShopEvent } from './world.ts';

export type Told = Pick<ShopEvent, 'title' | 'text' | 'service' | 'changeType'> & { readonly flag?: string };

type Inputs = { readonly [name: string]: string };
type Tell = (inputs: Inputs) => Omit<Told, 'service' | 'text'>;

const tells: { readonly [workflow: string]: Tell } = {
  'restart.yml': ({ service }) => ({ title: `${service} restarted`, changeType: 'infrastructure' }),
  'scale.yml': ({ service, replicas }) => ({ title: `${service} scaled to ${replicas} pods`, changeType: 'scaling' }),
  'scale-out.yml': ({ service, percent }) => ({
    title: `${service} and what it calls run with ${percent} % more replicas`,
    changeType: 'scaling',
  }),
  'rotate-certificate.yml': ({ service }) => ({
    title: `Certificate of ${service} renewed`,
    changeType: 'certificate',
  }),
  'clean-up-disk.yml': ({ store }) => ({ title: `Disk of ${store} cleaned up`, changeType: 'infrastructure' }),
  'restart-resolver.yml': ({ service }) => ({
    title: `Name resolver of ${service} restarted`,
    changeType: 'infrastructure',
  }),
  'provider-quota.yml': ({ provider, level }) => ({
    title: `Quota at ${provider} is ${level}`,
    changeType: 'configuration',
  }),
  'provider-fallback.yml': ({ provider, enabled }) => ({
    title: `Stand-in of ${provider} is ${enabled === 'true' ? 'on' : 'off'}`,
    changeType: 'configuration',
  }),
  'pool-size.yml': ({ service, max }) => ({
    title: `${service} may open ${max} connections`,
    changeType: 'configuration',
  }),
  'purge-queue.yml': ({ queue }) => ({ title: `Queue ${queue} emptied`, changeType: 'infrastructure' }),
  'roll-back.yml': ({ service, repository, pull, version }) => ({
    title: version === 'before' ? `${service} deployed as before ${repository}#${pull}` : `${service} deployed again`,
    changeType: 'infrastructure',
  }),
};

/** Null for runs on things the shop does not have. Flags are told by `flags`, name to the service they belong to. */
export function runEvent(
  intervention: Intervention,
  { fault, flags }: { fault: Fault; flags: ReadonlyMap<string, string> },
): Told | null {
  if (intervention.kind !== 'workflow') return null;
  const { workflow, inputs } = intervention;
  if (workflow === 'feature-flag.yml') return flagEvent(inputs, { fault, flags });
  const target = shopService(inputs['service'] ?? inputs['store'] ?? inputs['provider'] ?? '');
  const tell = tells[workflow];
  if (!target || !tell) return null;
  return { ...tell(inputs), text: `Done by the workflow ${workflow}.`, service: target.id };
}

function flagEvent(
  inputs: Inputs,
  { fault, flags }: { fault: Fault; flags: ReadonlyMap<string, string> },
): Told | null {
  const { flag, enabled } = { flag: '', enabled: '', ...inputs };
  const script = fault.change?.type === 'flag' ? fault.change.flag : null;
  const service = script?.flag === flag ? script.service : flags.get(flag);
  if (service === undefined) return null;
  const title = `Flag ${flag} set to ${enabled === 'true' ? 100 : 0} %`;
  return { title, text: 'Set by the feature-flag workflow.', service, changeType: 'feature_flag', flag };
}
