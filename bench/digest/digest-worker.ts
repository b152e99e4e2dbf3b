import { parentPort, workerData } from 'node:worker_threads';
import { playScene, type SceneKind } from './play-scene.ts';

const { kind, seeds, lineCount } = workerData as { kind: SceneKind; seeds: readonly number[]; lineCount: number };
for (const seed of seeds) parentPort?.postMessage(playScene(kind, seed, lineCount));
