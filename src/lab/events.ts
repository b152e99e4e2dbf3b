/** Changes that no repository knows: flags, autoscaling, certificates, infrastructure. They reach Datadog as events. */
import { derive, draw, drawInteger, hexadecimal, keyOf, pick } from './dice.ts';
import type { Fault } from './fault.ts';
import { runEvent } from './run-events.ts';
import { isLeaf, shopServices } from './shop.ts';
import type { Intervention, ShopEvent } from './world.ts';

const minuteMs = 60_000;
const slotMs = 4 * 3_600_000;

type Setting = { readonly key: number; readonly fault: Fault; readonly onsetMs: number };

const own = shopServices.filter((service) => !isLeaf(service));

/** Flags that never hurt anybody. */
const calmFlags: readonly (readonly [service: string, flag: string])[] = [
  ['web', 'wide-header'],
  ['orders', 'order-history-v2'],
  ['cart', 'save-for-later'],
  ['inventory', 'warehouse-bcn'],
  ['notifications', 'plain-mails'],
  ['payments', 'stored-cards'],
];

const event = (
  key: number,
  atMs: number,
  rest: Pick<ShopEvent, 'title' | 'text' | 'service' | 'changeType'> & { flag?: string },
): ShopEvent => ({
  id: hexadecimal(derive(key, Math.floor(atMs / 1000)), 16),
  atMs,
  title: rest.title,
  text: rest.text,
  service: rest.service,
  changeType: rest.changeType,
  tags: [
    'env:prod',
    `service:${rest.service}`,
    `change_type:${rest.changeType}`,
    ...(rest.flag === undefined ? [] : [`flag:${rest.flag}`]),
  ],
});

const scaled = (key: number, atMs: number, service: { readonly id: string; readonly pods: number }): ShopEvent => {
  const to = service.pods + pick(key, 3, [-1, 1, 1, 2]);
  return event(key, atMs, {
    title: `${service.id} scaled from ${service.pods} to ${Math.max(1, to)} pods`,
    text: 'Horizontal autoscaler, target 60 % CPU.',
    service: service.id,
    changeType: 'scaling',
  });
};

const flagged = (key: number, atMs: number, avoid: readonly string[]): ShopEvent => {
  const [service, flag] = pick(
    key,
    4,
    calmFlags.filter(([candidate]) => !avoid.includes(candidate)),
  );
  const percent = pick(key, 5, [5, 25, 50, 100]);
  return event(key, atMs, {
    title: `Flag ${flag} set to ${percent} %`,
    text: `${flag} is now on for ${percent} % of visitors in prod.`,
    service,
    changeType: 'feature_flag',
    flag,
  });
};

const renewed = (key: number, atMs: number, avoid: readonly string[]): ShopEvent => {
  const service = pick(
    key,
    6,
    own.filter(({ id }) => !avoid.includes(id)),
  );
  return event(key, atMs, {
    title: `Certificate of ${service.id} renewed`,
    text: `${service.id}.prod.svc is valid for another 90 days.`,
    service: service.id,
    changeType: 'certificate',
  });
};

const patched = (key: number, atMs: number): ShopEvent =>
  event(key, atMs, {
    title: `Node pool ${pick(key, 7, ['a', 'b', 'c'])} drained and patched`,
    text: 'Routine operating system patches, one node at a time.',
    service: pick(key, 8, own).id,
    changeType: 'infrastructure',
  });

const involved = ({ entity, alertOn }: Fault): readonly string[] => [
  ...(entity === null ? [] : [entity]),
  ...alertOn.map(({ service }) => service),
];

/** One or two a slot of four hours, forever. The slots around the onset hold only what is placed there on purpose. */
const routine = ({ key, fault, onsetMs }: Setting, slot: number): readonly ShopEvent[] => {
  const slotKey = derive(key, slot);
  const atMs = slot * slotMs + drawInteger(slotKey, 1, [0, slotMs / 1000 - 1]) * 1000;
  if (Math.abs(atMs - onsetMs) < 90 * minuteMs) return [];
  const avoid = involved(fault);
  const roll = draw(slotKey, 2);
  if (roll < 0.5) return [scaled(slotKey, atMs, pick(slotKey, 9, own))];
  if (roll < 0.75) return [flagged(slotKey, atMs, avoid)];
  return roll < 0.88 ? [renewed(slotKey, atMs, avoid)] : [patched(slotKey, atMs)];
};

const atSecond = (atMs: number): number => Math.floor(atMs / 1000) * 1000;

const aroundOnset = ({ key, fault, onsetMs }: Setting): readonly ShopEvent[] => {
  const avoid = involved(fault);
  const before = (index: number, low: number, high: number): number =>
    atSecond(onsetMs - (low + draw(key, index) * (high - low)) * minuteMs);
  const alerting = own.find(({ id }) => id === fault.alertOn[0]?.service);
  return [
    ...(draw(key, 21) < 0.7 ? [flagged(derive(key, 22), before(23, 6, 80), avoid)] : []),
    ...(alerting !== undefined && draw(key, 24) < 0.6 ? [scaled(derive(key, 25), before(26, 3, 35), alerting)] : []),
    ...(draw(key, 27) < 0.4 ? [renewed(derive(key, 28), before(29, 40, 88), avoid)] : []),
  ];
};

/** Null when the fault is not a flag. */
export const faultyEvent = ({ key, fault, onsetMs }: Setting): ShopEvent | null => {
  if (fault.change?.type !== 'flag') return null;
  const { flag, service, title, text } = fault.change.flag;
  return event(keyOf('flag', key), atSecond(onsetMs - (fault.change.minutesBefore + 0.4) * minuteMs), {
    title,
    text,
    service,
    flag,
    changeType: 'feature_flag',
  });
};

const flagOwners = new Map(calmFlags.map(([service, flag]) => [flag, service]));

const tookEffect = (setting: Setting, intervention: Intervention): readonly ShopEvent[] => {
  const told = runEvent(intervention, { fault: setting.fault, flags: flagOwners });
  return told === null ? [] : [event(keyOf('switch', setting.key), intervention.atMs + 5000, told)];
};

/** In time order, `[fromMs, toMs)`. */
export const eventsBetween = (
  setting: Setting,
  interventions: readonly Intervention[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
): readonly ShopEvent[] => {
  const first = Math.floor(fromMs / slotMs);
  const slots = Math.max(0, Math.ceil(toMs / slotMs) - first);
  const key = keyOf('events', setting.key);
  const seeded = { ...setting, key };
  const faulty = faultyEvent(setting);
  return [
    ...Array.from({ length: slots }, (_, index) => routine(seeded, first + index)).flat(),
    ...aroundOnset(seeded),
    ...(faulty === null ? [] : [faulty]),
    ...interventions.flatMap((intervention) => tookEffect(setting, intervention)),
  ]
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .sort((left, right) => left.atMs - right.atMs);
};
