/** The log of a service: its normal talk in proportion to traffic, complaints about its callees, and the fault's own lines. */
import { peakRates } from './baseline.ts';
import type { Deploy } from './changes.ts';
import { derive, draw, drawInteger, hexadecimal, keyOf, pick } from './dice.ts';
import type { LineDice, Voice } from './fault.ts';
import type { Phrase } from './log-phrases.ts';
import { phrasesOf } from './log-phrases.ts';
import { printed } from './log-style.ts';
import { usualLatencyMs } from './monitors.ts';
import { roomAt } from './room.ts';
import { callsFrom, isLeaf, shopService } from './shop.ts';
import type { Shop, Snapshot } from './signals.ts';
import { minuteMs } from './signals.ts';
import type { LogLine } from './world.ts';

type Draft = { readonly level: LogLine['level']; readonly says: (dice: LineDice) => string; readonly atMs?: number };
type Place = { readonly shop: Shop; readonly service: string; readonly snapshot: Snapshot; readonly key: number };

/** Log pipelines sample above this, per service and minute. */
const mostLines = 40;

const lineDice = (key: number, requestId: string): LineDice => {
  let step = 0;
  const next = (): number => {
    step += 1;
    return step;
  };
  return {
    requestId,
    number: (low, high) => drawInteger(key, next(), [low, high]),
    word: (...words) => pick(key, next(), words),
  };
};

const weighted = (key: number, index: number, phrases: readonly Phrase[]): Phrase | undefined => {
  const total = phrases.reduce((sum, { weight }) => sum + weight, 0);
  let left = draw(key, index) * total;
  return phrases.find(({ weight }) => {
    left -= weight;
    return left < 0;
  });
};

/** A whole number near `amount`, so that small amounts still happen now and then. */
const whole = (amount: number, key: number, index: number): number => Math.floor(amount + draw(key, index));

const smallTalk = ({ service, snapshot, key }: Place): readonly Draft[] => {
  const phrases = phrasesOf(service);
  if (phrases.length === 0) return [];
  const rate = snapshot.services.get(service)?.rate ?? 0;
  const share = rate / (peakRates.get(service) ?? 1);
  const most = shopService(service)?.repository === null ? 2.5 : 14;
  const count = Math.min(20, Math.max(1, whole(share * most, key, 1)));
  return Array.from({ length: count }, (_, index) => weighted(key, index + 10, phrases)).flatMap(
    (phrase) => phrase ?? [],
  );
};

const complaint = (service: string, to: string): Draft['says'] => {
  const leaf = shopService(to);
  if (leaf !== null && isLeaf(leaf) && !leaf.external)
    return (d) => `${to}: command failed after ${d.number(2, 900)}ms`;
  return service === 'web'
    ? (d) => `upstream ${to} answered ${d.word('502', '503', '500')}, showing the fallback`
    : (d) => `call to ${to} failed: status ${d.word('502', '503', '500')} attempt ${d.number(1, 3)}`;
};

/** Failed and slow calls are logged by the caller; on a normal day these lines exist too, but are rare. */
const complaints = ({ service, snapshot, key }: Place): readonly Draft[] =>
  callsFrom(service).flatMap((call, index) => {
    const edge = snapshot.edges.get(call.key);
    if (edge === undefined) return [];
    const share = edge.rate / ((peakRates.get(service) ?? 1) * call.perRequest);
    const failing = Math.min(7, edge.errorRatio * Math.min(2, share) * 16);
    const slowness = edge.latencyMs / (usualLatencyMs(call.to) + 1.5);
    const slow = Math.min(4, Math.max(0.02, (slowness - 2) * 0.8));
    const failed: Draft = { level: 'error', says: complaint(service, call.to) };
    const waited: Draft = { level: 'warn', says: () => `slow call to ${call.to}: ${Math.round(edge.latencyMs)}ms` };
    return [
      ...Array.from({ length: whole(failing, key, 200 + index) }, () => failed),
      ...Array.from({ length: whole(slow, key, 300 + index) }, () => waited),
    ];
  });

const isQuiet = ({ shop, service, snapshot }: Place, { quietOnceScaled }: Voice): boolean =>
  quietOnceScaled === true && roomAt(shop.rooms, service, snapshot.minute * minuteMs) > 1;

const spoken = (place: Place, voices: readonly Voice[]): readonly Draft[] => {
  const { service, snapshot, key } = place;
  return voices.flatMap((voice, index) =>
    voice.service === service && snapshot.strength > 0 && !isQuiet(place, voice)
      ? Array.from({ length: whole(voice.perMinute * snapshot.strength, key, 400 + index) }, () => voice)
      : [],
  );
};

const startups = (deploys: readonly Deploy[], minute: number): readonly Draft[] =>
  deploys.flatMap(({ startedAtMs, liveAtMs }): Draft[] => [
    ...(Math.floor(startedAtMs / minuteMs) === minute
      ? [{ level: 'info', says: () => 'received SIGTERM, draining connections', atMs: startedAtMs } as const]
      : []),
    ...(Math.floor(liveAtMs / minuteMs) === minute
      ? [{ level: 'info', says: () => 'server listening on :8080', atMs: liveAtMs } as const]
      : []),
  ]);

/** Lines of one service in one minute, in time order. */
export const minuteOfLogs = (
  { shop, service, snapshot }: Omit<Place, 'key'>,
  deploys: readonly Deploy[],
): readonly LogLine[] => {
  const place: Place = { shop, service, snapshot, key: derive(shop.key ^ keyOf('log', service), snapshot.minute) };
  const drafts = [
    ...startups(deploys, snapshot.minute),
    ...spoken(place, shop.fault.voices),
    ...smallTalk(place),
    ...complaints(place),
  ].slice(0, mostLines);
  const pods = shopService(service)?.pods ?? 1;
  const podKey = keyOf('pod', service) ^ shop.key;
  return drafts
    .map((draft, index) => {
      const atMs = draft.atMs ?? snapshot.minute * minuteMs + Math.floor(draw(place.key, 500 + index) * minuteMs);
      const requestId = hexadecimal(derive(shop.key ^ snapshot.minute, index), 12);
      const text = draft.says(lineDice(derive(place.key, 1000 + index), requestId));
      const pod = `${service}-${hexadecimal(podKey, 6)}-${drawInteger(place.key, 800 + index, [1, Math.max(1, pods)])}`;
      const message = printed({ service, level: draft.level, text, requestId, atMs });
      return { atMs, service, pod, level: draft.level, message, requestId };
    })
    .sort((left, right) => left.atMs - right.atMs);
};
