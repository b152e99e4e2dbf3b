import type { Card } from '../core/card.ts';
import { canonicalJson, sha256Hex } from '../core/digest.ts';
import type { ShownCard, Told } from '../core/recording.ts';
import type { ChatPlatform, Durable } from '../ports.ts';
import type { World } from './world.ts';

/** A step that shows or records something. Its clock stands still and its cards are noted, so that a replay can compare. */
export async function tell<Value>(
  world: World,
  { durable, name }: { durable: Durable; name: string },
  run: (still: World) => Promise<Value>,
): Promise<Value> {
  const told = await durable.step(name, async (): Promise<Told<Value>> => {
    const atMs = world.clock.nowMs();
    const shown: ShownCard[] = [];
    const platform: World['platform'] = (place) => noting(world.platform(place), shown);
    const value = await run({ ...world, platform, clock: { ...world.clock, nowMs: () => atMs } });
    return { atMs, value, shown };
  });
  return told.value;
}

/** The same platform; every card that leaves is noted by its digest. */
function noting(platform: ChatPlatform, shown: ShownCard[]): ChatPlatform {
  const digest = (card: Card): string => sha256Hex(canonicalJson(JSON.parse(JSON.stringify(card))));
  return {
    ...platform,
    post: async (place, card, key) => {
      const ref = await platform.post(place, card, key);
      shown.push({ what: 'post', key, message: ref.id, sha256: digest(card) });
      return ref;
    },
    update: async (ref, card, version) => {
      await platform.update(ref, card, version);
      shown.push({ what: 'edit', message: ref.id, sha256: digest(card) });
    },
  };
}
