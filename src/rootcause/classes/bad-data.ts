import type { LogChange } from '../logs/log-delta.ts';
import type { Picture, ServiceView } from '../picture.ts';
import type { Reason } from '../ranking.ts';
import { logReason } from '../sentences.ts';
import { type ClassCandidate, type Detector, linesAbout, nearness, strengthOf } from './failure-class.ts';

/**
 * Data that cannot be read or kept: a record that comes again ("poison message": brokers redeliver what is not
 * acknowledged, so one bad record stops a partition), rows that an import left behind, values that break a rule. Told by
 * lines that refuse data; surer where they name a place in a stream, or where something was taken in shortly before.
 */
export const detectBadData: Detector = (picture, suspicions) =>
  [...picture.services.values()].flatMap((view) => {
    const found = judge(picture, view);
    return found.score < 0.1 ? [] : [{ ...found, score: found.score * nearness(suspicions, view.id) }];
  });

/** Words of brokers and queues for a record that is delivered again. */
const redelivery =
  /redeliver|re-?deliver|poison|dead.?letter|\bdlq\b|same (?:offset|record|message)|\boffset\b.*(?:again|retry|redeliver|attempt)|retrying (?:offset|record|message)|record[_ ]id[= ]/iu;
/** A place in a stream, a file or a table: data is refused there, not everywhere. */
const place = /\b(?:partition|offset|row|record|line|batch|byte|message_?id)\b\W{0,3}(?:<\*>|=|\d|\w+ ?=)/iu;
/** Something took data in. */
const intake = /\b(?:import|ingest|upload|backfill|migrat|feed|batch|seed|bulk|sync|replicat)\w*/iu;
const beforeMs = 30 * 60_000;
const afterMs = 5 * 60_000;

function judge(picture: Picture, view: ServiceView): ClassCandidate {
  const lines = linesAbout(view.logs, 'data').filter(
    ({ template, mentions }) => template.level !== 'info' && !mentions.some((id) => view.calls.includes(id)),
  );
  const placed = lines.filter(({ template }) => place.test(template.template) || intake.test(template.template));
  const taken = intakeOf(picture, view);
  const worth = taken === null ? plain : 0.75;
  return {
    entity: view.id,
    kind: 'data',
    score: Math.max(
      0.85 * strengthOf(lines.filter(isRedelivered)),
      0.65 * strengthOf(placed),
      worth * strengthOf(lines),
    ),
    topic: 'data',
    mechanism: `${view.id} is given data that it cannot read or keep.`,
    wrongIf: `${view.id} refuses records that it accepted before, or goes on failing once the record is skipped.`,
    reasons: [...lines.slice(0, 3).map(logReason), ...(taken === null || lines.length === 0 ? [] : [taken])],
  };
}

/** What a refusal of data says where nothing tells which record it is about. */
const plain = 0.45;

/** A line about data taken in that was never there before, around the onset; of the service or of what calls it. */
function intakeOf({ telemetry, boundaryMs }: Picture, { id, calledBy }: ServiceView): Reason | null {
  const near = new Set([id, ...calledBy]);
  const found = telemetry.logs.find(
    (line) =>
      near.has(line.service) &&
      line.level === 'info' &&
      line.baselineCount === 0 &&
      line.firstSeenMs >= boundaryMs - beforeMs &&
      line.firstSeenMs <= boundaryMs + afterMs &&
      intake.test(line.template),
  );
  if (found === undefined) return null;
  const { service, evidence } = found;
  const says = `${service} logs for the first time around the onset that data was taken in.`;
  return { channel: 'logs', score: 0.5, says, evidence: evidence === undefined ? [] : [evidence] };
}

const isRedelivered = ({ template }: LogChange): boolean => redelivery.test(`${template.template} ${template.sample}`);
