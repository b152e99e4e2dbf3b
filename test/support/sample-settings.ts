import { noSharedBounds } from '../../src/core/spending.ts';
import type { World } from '../../src/flow/world.ts';

/** The product's waits for people, short waits for the world, and a budget for one turn of everything. */
export const sampleSettings: World['settings'] = {
  botName: 'causeway',
  webUrl: 'http://127.0.0.1:3000',
  approveWithinMs: 900_000,
  startWithinMs: 300_000,
  aloneAfterMs: 60_000,
  baselineMs: 3_600_000,
  probeTimeoutMs: 1_000,
  readTimeoutMs: 1_000,
  watchEveryMs: 15_000,
  mergeWithinMs: 60_000,
  recoverWithinMs: 60_000,
  frozen: false,
  signIn: 'local',
  budget: { toolCallsMax: 1, modelTurnsMax: 1, outputTokensMax: 1, dollarsMax: 1, durationMsMax: 1 },
  bounds: noSharedBounds,
};
