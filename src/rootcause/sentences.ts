import type { LogChange } from './logs/log-delta.ts';
import type { Deviation } from './metrics/deviation.ts';
import { format } from './metrics/symptom.ts';
import type { EdgeView } from './picture.ts';
import type { Reason } from './ranking.ts';

/** Reasons as sentences with numbers. Text from outside (log samples) never enters a sentence: it is cited. */
export const metricReason = (one: Deviation): Reason => ({
  channel: one.meaning.role === 'load' ? 'traffic' : 'metrics',
  score: one.severity,
  says: `${one.metric} of ${one.service} went from ${format(one.before)} to ${format(one.after)}.`,
  evidence: one.evidence,
});

const changeWords = { new: 'new', surging: 'more frequent', vanished: 'vanished' } as const;

export function logReason(change: LogChange): Reason {
  const { template, topic } = change;
  const about = topic === null ? '' : ` about ${topicWords[topic]}`;
  const counts = `${template.count} against ${template.baselineCount} lines in an equal window before`;
  return {
    channel: 'logs',
    score: change.severity,
    says: `${template.service} logs a ${changeWords[change.change]} ${template.level} line${about}: ${counts}.`,
    evidence: template.evidence === undefined ? [] : [template.evidence],
  };
}

const topicWords: { readonly [topic in NonNullable<LogChange['topic']>]: string } = {
  certificate: 'a TLS certificate',
  credentials: 'a credential that is refused',
  'name-resolution': 'name resolution',
  quota: 'a rate limit or quota',
  platform: 'the node, zone or region it runs on',
  disk: 'disk space',
  memory: 'memory',
  pool: 'connections of a pool',
  database: 'a database query',
  unreachable: 'an unreachable peer',
  timeout: 'a timeout',
  configuration: 'configuration or credentials',
  data: 'malformed data',
  code: 'an exception in the code',
};

export function edgeReason(edge: EdgeView): Reason {
  const slower = `${format(edge.latencyRatio)} times as slow`;
  const faultier = `${format(100 * edge.errorRise)} percentage points more errors`;
  return {
    channel: 'traces',
    score: edge.severity,
    says: `Calls from ${edge.from} to ${edge.to} are ${slower} with ${faultier}.`,
    evidence: edge.evidence,
  };
}
