import type { LogChange } from '../logs/log-delta.ts';
import type { Picture, ServiceView } from '../picture.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, linesAbout, nearness, strengthOf } from './failure-class.ts';
import { refusalsOf, refusedBy } from './store-refusal.ts';

/**
 * What runs the service is ill rather than the service: its node is contended, under pressure or not ready, or its zone
 * or region is impaired (node conditions and evictions as Kubernetes words them). No diff sets that off.
 */
export const detectPlatform: Detector = (picture, suspicions) => {
  const victims = [...picture.services.values()].flatMap((view) => {
    const lines = linesOn(picture, view);
    return lines.length === 0 ? [] : [{ view, lines }];
  });
  return victims.map(({ view, lines }) => {
    const found = judge(view, lines);
    return { ...found, score: found.score * nearness(suspicions, view.id) };
  });
};

/** Its own lines, and those of the platform that name it. */
const linesOn = (picture: Picture, view: ServiceView): readonly LogChange[] =>
  [
    ...linesAbout(view.logs, 'platform').filter((line) => !refusedBy(picture, view, 'platform')?.lines.includes(line)),
    ...new Set([...linesAbout(view.blamedBy, 'platform'), ...refusalsOf(picture, view, 'platform')]),
  ]
    .filter(({ template }) => picture.services.has(template.service))
    .toSorted((a, b) => b.severity - a.severity);

const judge = (view: ServiceView, lines: readonly LogChange[]): ClassCandidate => ({
  entity: view.id,
  kind: 'infrastructure',
  score: 0.85 * strengthOf(lines),
  topic: 'platform',
  mechanism: `What ${view.id} runs on, its node, zone or region, is impaired or contended.`,
  wrongIf: `${view.id} fails in the same way on another node, zone or region.`,
  reasons: lines.slice(0, 3).map(logReason),
});
