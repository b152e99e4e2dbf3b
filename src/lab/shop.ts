import type { ShopService } from './world.ts';

/** One edge of the call graph, with how much of the callee's trouble the caller's users see. */
export type Call = {
  readonly from: string;
  readonly to: string;
  /** Calls per request of the caller. */
  readonly perRequest: number;
  /** Part of the callee's p95 that shows in the caller's p95, 0 to 1. */
  readonly latencyShare: number;
  /** Part of the callee's errors that become errors of the caller, 0 to 1. */
  readonly errorShare: number;
  /** Key of the edge that must have succeeded before, or null. */
  readonly afterKey: string | null;
  /** `from>to`. */
  readonly key: string;
};

const own = (
  id: string,
  title: string,
  rest: Pick<ShopService, 'tier' | 'dependsOn' | 'logsInCloudWatch' | 'pods'> & { repository?: string; owner?: string },
): ShopService => {
  const repository = rest.repository ?? 'acme/shop';
  return {
    id,
    title,
    tier: rest.tier,
    external: false,
    repository,
    paths: repository === 'acme/payments' ? [] : [`services/${id}/`],
    dependsOn: rest.dependsOn,
    owners: [rest.owner ?? 'shop-oncall'],
    logsInCloudWatch: rest.logsInCloudWatch,
    pods: rest.pods,
  };
};

const store = (id: string, title: string, tier: 1 | 2): ShopService => ({
  ...own(id, title, { tier, dependsOn: [], logsInCloudWatch: true, pods: 1, owner: 'platform-oncall' }),
  repository: null,
  paths: [],
});

const provider = (id: string, title: string, owner: string): ShopService => ({
  ...own(id, title, { tier: 2, dependsOn: [], logsInCloudWatch: false, pods: 0, owner }),
  external: true,
  repository: null,
  paths: [],
});

/** Callers before callees: the order in which traffic flows. */
export const shopServices: readonly ShopService[] = [
  own('web', 'Storefront', {
    tier: 1,
    dependsOn: ['catalog', 'search', 'cart', 'checkout', 'accounts'],
    logsInCloudWatch: false,
    pods: 6,
  }),
  own('checkout', 'Checkout', {
    tier: 1,
    dependsOn: ['cart', 'payments', 'orders', 'shipping', 'accounts'],
    logsInCloudWatch: false,
    pods: 4,
  }),
  own('search', 'Product search', { tier: 2, dependsOn: ['catalog'], logsInCloudWatch: true, pods: 3 }),
  own('cart', 'Cart', { tier: 2, dependsOn: ['cart-cache', 'catalog'], logsInCloudWatch: true, pods: 3 }),
  own('payments', 'Payments', {
    tier: 1,
    dependsOn: ['cardgate'],
    logsInCloudWatch: false,
    pods: 3,
    repository: 'acme/payments',
    owner: 'payments-oncall',
  }),
  own('orders', 'Orders', {
    tier: 1,
    dependsOn: ['orders-db', 'inventory', 'notifications'],
    logsInCloudWatch: true,
    pods: 4,
  }),
  own('shipping', 'Shipping quotes', { tier: 3, dependsOn: ['parcelgate'], logsInCloudWatch: true, pods: 2 }),
  own('accounts', 'Accounts', {
    tier: 2,
    dependsOn: ['cart-cache'],
    logsInCloudWatch: false,
    pods: 3,
    repository: 'acme/platform',
    owner: 'platform-oncall',
  }),
  own('catalog', 'Catalog', { tier: 2, dependsOn: ['catalog-db', 'inventory'], logsInCloudWatch: false, pods: 4 }),
  own('inventory', 'Inventory', { tier: 2, dependsOn: ['catalog-db'], logsInCloudWatch: true, pods: 3 }),
  own('notifications', 'Notifications', {
    tier: 3,
    dependsOn: ['mailgate'],
    logsInCloudWatch: false,
    pods: 2,
    repository: 'acme/platform',
    owner: 'platform-oncall',
  }),
  store('orders-db', 'Orders database (managed PostgreSQL)', 1),
  store('catalog-db', 'Catalog database (managed PostgreSQL)', 2),
  store('cart-cache', 'Cart and session cache (managed Redis)', 2),
  provider('cardgate', 'Cardgate (card provider)', 'payments-oncall'),
  provider('parcelgate', 'Parcelgate (carrier rates)', 'shop-oncall'),
  provider('mailgate', 'Mailgate (mail provider)', 'platform-oncall'),
];

const drawn: readonly (Omit<Call, 'key' | 'afterKey'> & { readonly after?: string })[] = [
  { from: 'web', to: 'checkout', perRequest: 0.06, latencyShare: 0.15, errorShare: 0.08 },
  { from: 'web', to: 'search', perRequest: 0.3, latencyShare: 0.35, errorShare: 0.25 },
  { from: 'web', to: 'cart', perRequest: 0.25, latencyShare: 0.2, errorShare: 0.2 },
  { from: 'web', to: 'accounts', perRequest: 0.2, latencyShare: 0.15, errorShare: 0.18 },
  { from: 'web', to: 'catalog', perRequest: 0.6, latencyShare: 0.5, errorShare: 0.5 },
  { from: 'checkout', to: 'cart', perRequest: 1, latencyShare: 0.9, errorShare: 0.9 },
  { from: 'checkout', to: 'accounts', perRequest: 0.8, latencyShare: 0.8, errorShare: 0.7 },
  { from: 'checkout', to: 'shipping', perRequest: 0.8, latencyShare: 0.5, errorShare: 0.7 },
  { from: 'checkout', to: 'payments', perRequest: 1, latencyShare: 1, errorShare: 1, after: 'shipping' },
  { from: 'checkout', to: 'orders', perRequest: 0.95, latencyShare: 0.95, errorShare: 0.95, after: 'payments' },
  { from: 'search', to: 'catalog', perRequest: 0.4, latencyShare: 0.4, errorShare: 0.4 },
  { from: 'cart', to: 'cart-cache', perRequest: 2, latencyShare: 1, errorShare: 1 },
  { from: 'cart', to: 'catalog', perRequest: 0.3, latencyShare: 0.2, errorShare: 0.2 },
  { from: 'payments', to: 'cardgate', perRequest: 1, latencyShare: 1, errorShare: 1 },
  { from: 'orders', to: 'orders-db', perRequest: 3, latencyShare: 1, errorShare: 1 },
  { from: 'orders', to: 'inventory', perRequest: 1, latencyShare: 0.8, errorShare: 0.8 },
  { from: 'orders', to: 'notifications', perRequest: 1, latencyShare: 0.04, errorShare: 0.03, after: 'inventory' },
  { from: 'shipping', to: 'parcelgate', perRequest: 0.9, latencyShare: 0.8, errorShare: 0.9 },
  { from: 'accounts', to: 'cart-cache', perRequest: 1, latencyShare: 1, errorShare: 0.9 },
  { from: 'catalog', to: 'catalog-db', perRequest: 1.2, latencyShare: 1, errorShare: 1 },
  { from: 'catalog', to: 'inventory', perRequest: 0.4, latencyShare: 0.3, errorShare: 0.3 },
  { from: 'inventory', to: 'catalog-db', perRequest: 1, latencyShare: 1, errorShare: 1 },
  { from: 'notifications', to: 'mailgate', perRequest: 1, latencyShare: 1, errorShare: 1 },
];

/** Callers before callees. */
export const calls: readonly Call[] = drawn.map(({ after, ...call }) => ({
  ...call,
  key: `${call.from}>${call.to}`,
  afterKey: after === undefined ? null : `${call.from}>${after}`,
}));

const byId = new Map(shopServices.map((service) => [service.id, service]));

/** `null` for an id that is not in the shop. */
export const shopService = (id: string): ShopService | null => byId.get(id) ?? null;

/** What answers calls without being code of this shop: it has no latency or error metrics of its own. */
export const isLeaf = (service: ShopService): boolean => service.repository === null;

const grouped = (end: 'from' | 'to'): ReadonlyMap<string, readonly Call[]> => Map.groupBy(calls, (call) => call[end]);
const outgoing = grouped('from');
const incoming = grouped('to');

export const callsFrom = (id: string): readonly Call[] => outgoing.get(id) ?? [];
export const callsTo = (id: string): readonly Call[] => incoming.get(id) ?? [];
