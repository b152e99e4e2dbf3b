/** Keeps what the steps of one round took from the world, so that `causeway replay` can go through it again offline. */
import { sha256Hex } from '../core/digest.ts';
import type { IncidentId } from '../core/incident.ts';
import type { Json } from '../core/json.ts';
import type { Facts } from '../core/recording.ts';
import type { Durable } from '../ports.ts';
import type { Again, Round } from './round.ts';
import type { World } from './world.ts';

export type Taping = { readonly incident: IncidentId; readonly round: string };

/** Short and plain, whatever the platform calls the delivery that asked for another look. */
export const tapeRound = (round: Pick<Round, 'key'> | undefined): string =>
  round === undefined || round.key === null ? 'first' : sha256Hex(round.key).slice(0, 16);
export const tapeKey = (round: string, name: string): string => `${round}/${name}`;

/** The same steps, each kept on the tape as it is recorded. */
export function tapeSteps(world: World, durable: Durable, { incident, round }: Taping): Durable {
  return {
    ...durable,
    step: (name, run) =>
      durable.step(name, async () => {
        const output = await run();
        await world.store.keepOnTape(incident, tapeKey(round, name), (output ?? null) as Json);
        return output;
      }),
  };
}

/** The installation as this round meets it: a replay needs no configuration of its own. */
export function factsOf(world: World, again: Again | undefined): Facts {
  const { catalogue, settings, tools, toolsOff, investigator } = world;
  const { webUrl, botName, baselineMs, budget, bounds } = settings;
  return {
    catalogue,
    webUrl,
    botName,
    baselineMs,
    budget,
    bounds,
    tools: tools.map(({ tool }) => tool.name),
    toolsOff,
    model: investigator !== null,
    again: again ?? null,
  };
}
