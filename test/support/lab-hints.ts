/** What a person reads off the lab's telemetry before they can say a runbook's inputs. */
import type { BuiltWorld } from '../../src/lab/build-world.ts';

const hourMs = 3_600_000;

/** The flag that was switched, by its platform's event. */
export const flagInEvents = ({ world, truth, startAtMs }: BuiltWorld): string =>
  world
    .events(truth.onsetMs - hourMs, startAtMs)
    .find(({ id }) => truth.change === `event:${id}`)
    ?.tags.find((tag) => tag.startsWith('flag:'))
    ?.slice(5) ?? '';

/** The queue whose message cannot be read, by what its consumer says. */
export function queueInLogs({ world, truth, startAtMs }: BuiltWorld): string {
  for (const { message } of world.logs(truth.entity ?? '', truth.onsetMs, startAtMs)) {
    const queue = /of queue (?<queue>[\w-]+):/u.exec(message)?.groups?.['queue'];
    if (queue !== undefined) return queue;
  }
  return '';
}
