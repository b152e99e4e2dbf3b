/** What a log line says went wrong, in the words the field uses for it. */
export type LogTopic =
  | 'certificate'
  | 'name-resolution'
  | 'quota'
  | 'platform'
  | 'disk'
  | 'memory'
  | 'pool'
  | 'database'
  | 'unreachable'
  | 'timeout'
  | 'configuration'
  | 'data'
  | 'code';

/** Ordered: the first topic that matches is the line's topic. Generic technical words; nobody's product or service. */
const vocabulary: readonly (readonly [LogTopic, RegExp])[] = [
  [
    'certificate',
    /certificate|x509|\btls\b|\bssl\b|cert_has_expired|self.signed|unable to verify|handshake fail|notafter|pkix/iu,
  ],
  [
    'name-resolution',
    /enotfound|nxdomain|eai_again|getaddrinfo|no such host|name resolution|could not resolve|cannot resolve|servfail|\bdns\b|unknownhost|name or service not known/iu,
  ],
  [
    'platform',
    /\bnode\b.{0,60}(?:pressure|contend|under .{0,30}load|not ?ready|cordon|preempt)|noisy.neighbou?r|cpu steal|steal time|(?:disk|memory|pid)pressure|cgroup cpu|cfs quota|cpu.{0,12}(?:contend|starv)|(?:availability zone|\bzone\b|\bregion(?:al)?\b|\baz\b|\b(?:us|eu|ap|sa|ca|me|af)-(?:north|south|east|west|central)\w*-\d\w?).{0,60}(?:impair|outage|degrad|unavailab|packet loss|elevated|evacuat|failover)|(?:impair|outage|degrad|packet loss).{0,40}(?:availability zone|\bregion|\baz\b)/iu,
  ],
  [
    'quota',
    /\b429\b|too many requests|rate.?limit|throttl|quota|limit exceeded|exceeded .{0,20}limit|slow ?down|resource_?exhausted/iu,
  ],
  ['disk', /no space left|enospc|disk (?:is )?full|disk quota|read-only file ?system|out of disk|volume .{0,20}full/iu],
  [
    'memory',
    /out of memory|oom.?kill|\boom\b|heap (?:limit|out|space)|outofmemory|allocation failed|memory limit|exit code 137|gc overhead/iu,
  ],
  [
    'pool',
    /pool.{0,40}(?:exhaust|timeout|timed out|full|empty|wait|limit|unavailable)|(?:acquir|obtain|get)\w* .{0,20}connection|too many (?:connections|clients)|connection slots|remaining connection|waiting for .{0,20}connection|no (?:free|idle|available) connection/iu,
  ],
  [
    'database',
    /deadlock|lock wait|statement timeout|slow query|query (?:took|cancel)|sequential scan|seq scan|canceling statement|duplicate key|relation .{0,60} does not exist|column .{0,60} does not exist/iu,
  ],
  [
    'unreachable',
    /econnrefused|connection refused|econnreset|connection reset|ehostunreach|no route to host|socket hang up|\b50[234]\b|service unavailable|bad gateway|unreachable|circuit (?:breaker )?(?:is )?open|broken pipe|epipe/iu,
  ],
  ['timeout', /time(?:d)?.?out|etimedout|deadline exceeded|took too long|context canceled|aborted after/iu],
  [
    'configuration',
    /config\w* (?:error|invalid|missing)|invalid (?:config|setting|value for)|missing (?:env|environment|config|setting|key)|unknown (?:option|setting|key)|unauthori[sz]ed|forbidden|\b40[13]\b|permission denied|access denied|invalid (?:api )?(?:key|token|credential)/iu,
  ],
  [
    'data',
    /malformed|corrupt|schema (?:mismatch|violation|validation)|out of range|unexpected token|checksum|poison|deserializ|unmarshal|parse error|failed to parse|invalid (?:record|payload|date|number)/iu,
  ],
  [
    'code',
    /typeerror|referenceerror|rangeerror|syntaxerror|nullpointer|nil pointer|undefined|is not a function|cannot read prop|keyerror|attributeerror|indexerror|index out of|panic|segfault|assert|unhandled|exception|stack trace|nan\b/iu,
  ],
];

/** The failure a line describes, or null when it uses none of the words. */
export function topicOf(text: string): LogTopic | null {
  const said = text.replace(stackFrame, ' ');
  return vocabulary.find(([, pattern]) => pattern.test(said))?.[0] ?? null;
}

/** A place in the code: its file's name says where, not what went wrong. */
const stackFrame = /\S*\.(?:go|ts|tsx|js|mjs|py|java|kt|rb|rs|cs|cpp|cc|php|scala):\d+\S*|->\s+\S+|\bat \S+\(/gu;

/** Topics that speak of the other end of a call rather than of the service that logs. */
const remoteTopics: ReadonlySet<LogTopic> = new Set([
  'unreachable',
  'timeout',
  'quota',
  'certificate',
  'name-resolution',
]);

export const isRemoteTopic = (topic: LogTopic | null): boolean => topic !== null && remoteTopics.has(topic);
