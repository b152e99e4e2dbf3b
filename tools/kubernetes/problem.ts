import type { Scene } from './scene.ts';

/** One thing that is wrong, as a detector read it from the cluster's own words. */
export type Problem = {
  /** Name of the detector's finding, such as `crash-loop`. */
  readonly problem: string;
  /** 3 hurts serving now, 2 may, 1 is worth knowing. */
  readonly severity: 1 | 2 | 3;
  /** Kind and name, such as `Pod checkout-5d4f8c7b9-x2v4k`. */
  readonly object: string;
  /** Our words first, then the platform's; outside text is among them. */
  readonly says: string;
  /** Milliseconds since the epoch; null where the platform does not tell. */
  readonly sinceMs: number | null;
};

/** Pure: a scene holds everything, the moment among it. */
export type ProblemDetector = (scene: Scene) => readonly Problem[];

const saysCharactersMax = 300;

/** Platform text on one line and of bounded length. */
export const cutText = (text: string): string => text.replace(/\s+/gu, ' ').trim().slice(0, saysCharactersMax);

/** `reason: message`, or what there is of it. */
export const reasonText = (reason: string, message: string): string =>
  cutText([reason, message].filter((part) => part.trim() !== '').join(': '));
