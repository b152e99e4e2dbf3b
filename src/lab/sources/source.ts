import type { Edit, PullScript } from '../fault.ts';

/** A pull request without the parts that every one has; paths are relative to the service. */
export type HarmlessScript = { readonly title: string; readonly body: string; readonly edit: Edit };

const authors: { readonly [service: string]: readonly [string, string] } = {
  web: ['mira-k', 'jules-b'],
  checkout: ['jules-b', 'tomasz-w'],
  search: ['ravi-p', 'mira-k'],
  cart: ['anneke-v', 'tomasz-w'],
  payments: ['ines-f', 'oskar-l'],
  orders: ['tomasz-w', 'anneke-v'],
  shipping: ['ravi-p', 'anneke-v'],
  accounts: ['noor-h', 'felix-d'],
  catalog: ['mira-k', 'ravi-p'],
  inventory: ['anneke-v', 'ravi-p'],
  notifications: ['felix-d', 'noor-h'],
};

/** Who usually works on a service: the first writes features, the second keeps house. */
export const authorsOf = (service: string): readonly [string, string] => authors[service] ?? ['noor-h', 'felix-d'];

export const branchOf = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40);

/** Where the code of a service lives. */
export const homeOf = (service: string): { readonly repository: string; readonly directory: string } => {
  if (service === 'payments') return { repository: 'acme/payments', directory: '' };
  const repository = service === 'accounts' || service === 'notifications' ? 'acme/platform' : 'acme/shop';
  return { repository, directory: `services/${service}/` };
};

/** A pull request that changes the code of one service and deploys it. */
export const codePull = (
  service: string,
  { title, body, edits }: { title: string; body: string; edits: readonly Edit[] },
): PullScript => {
  const { repository, directory } = homeOf(service);
  return {
    repository,
    title,
    body,
    author: authorsOf(service)[0],
    branch: branchOf(title),
    edits: edits.map((edit) => ({ ...edit, path: directory + edit.path })),
    deploys: [service],
  };
};

/** A pull request that changes the configuration of one service and rolls it out. */
export const configPull = (
  service: string,
  { title, body, find, replace }: { title: string; body: string; find: string; replace: string },
): PullScript => ({
  repository: 'acme/platform',
  title,
  body,
  author: 'noor-h',
  branch: branchOf(title),
  edits: [{ path: `config/${service}.yaml`, find, replace }],
  deploys: [service],
});
