import type { LogChange } from '../logs/log-delta.ts';
import type { ServiceView } from '../picture.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, linesAbout, nearness, strengthOf } from './failure-class.ts';

/**
 * A record that cannot be read and comes again ("poison message": brokers redeliver what is not acknowledged, so one bad
 * record stops a partition). Told by lines that refuse data and name a place in a stream, and by the consumer's code
 * having no part in what the record holds.
 */
export const detectBadData: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = judge(view);
    return found.score < 0.1 ? [] : [{ ...found, score: found.score * nearness(suspicions, view.id) }];
  });

/** Words of brokers and queues for a record that is delivered again. */
const redelivery =
  /redeliver|re-?deliver|poison|dead.?letter|\bdlq\b|same (?:offset|record|message)|offset[= ]\d+.*(?:again|retry|redeliver)|retrying (?:offset|record|message)|record[_ ]id[= ]/iu;

function judge(view: ServiceView): ClassCandidate {
  const lines = linesAbout(view.logs, 'data').filter(({ template }) => template.level !== 'info');
  const again = lines.filter(isRedelivered);
  return {
    entity: view.id,
    kind: 'data',
    score: Math.max(0.85 * strengthOf(again), 0.3 * strengthOf(lines)),
    topic: 'data',
    mechanism: `${view.id} is given data that it cannot read, and is given it again and again.`,
    wrongIf: `${view.id} refuses records that it accepted before, or goes on failing once the record is skipped.`,
    reasons: lines.slice(0, 3).map(logReason),
  };
}

const isRedelivered = ({ template }: LogChange): boolean => redelivery.test(`${template.template} ${template.sample}`);
