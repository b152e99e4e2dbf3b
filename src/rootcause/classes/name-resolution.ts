import type { LogChange } from '../logs/log-delta.ts';
import type { Picture } from '../picture.ts';
import { edgeReason, logReason } from '../sentences.ts';
import { type Detector, linesAbout, namedTarget, nearness, strengthOf } from './failure-class.ts';

/** Names that stop resolving: the field's words for it in error lines. */
export const detectNameResolution: Detector = (picture, suspicions) => {
  const views = [...picture.services.values()];
  const lines = views.flatMap((view) => linesAbout(view.logs, 'name-resolution'));
  if (lines.length === 0) return [];
  const entity = unresolved(picture, lines);
  const edges = picture.services.get(entity)?.inbound.filter((edge) => edge.severity > 0.3) ?? [];
  return [
    {
      entity,
      kind: 'network',
      score: 0.95 * strengthOf(lines.toSorted((a, b) => b.severity - a.severity)) * nearness(suspicions, entity),
      topic: 'name-resolution',
      mechanism: `Host names around ${entity} stopped resolving, so calls fail before they are made.`,
      wrongIf: `The names resolve from inside the service while the errors go on.`,
      reasons: [...lines.slice(0, 3).map(logReason), ...edges.slice(0, 1).map(edgeReason)],
    },
  ];
};

/** Several services that cannot resolve one name: the name's trouble. One service that cannot: its own. */
function unresolved({ services }: Picture, lines: readonly LogChange[]): string {
  const loggers = new Set(lines.map((change) => change.template.service));
  const loudest = lines.toSorted((a, b) => b.severity - a.severity)[0]?.template.service ?? '';
  return loggers.size === 1 ? loudest : (namedTarget(lines, services) ?? loudest);
}
