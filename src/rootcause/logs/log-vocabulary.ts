/** What a log line says went wrong, in the words the field uses for it. */
export type LogTopic =
  | 'certificate'
  | 'credentials'
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
    'credentials',
    /auth\w* (?:failed|failure|rejected)|login failed|invalid_?(?:client|grant|token)\b|\b(?:token|jwt|signature|credential|secret|password|api.?key|access.?key|signing key|lease|licen[cs]e)s?\b.{0,30}\b(?:expired|revoked|rotated|rejected|no longer|not (?:valid|accepted|active)|mismatch)|\b(?:expired|revoked|invalid|bad|wrong|unknown) (?:api |access |refresh |bearer |auth |signing |security )?(?:token|credential|password|secret|key|signature|kid)s?\b|signature .{0,30}(?:not match|mismatch|verification failed)|(?:signing|matching) key .{0,20}not found|no matching key|hmac mismatch|invalid username|logon denied|account is locked|expiredtoken|invalidaccesskeyid|signaturedoesnotmatch|unrecognizedclient|wrongpass|\bnoauth\b|access denied for user|no pg_hba/iu,
  ],
  [
    'name-resolution',
    /enotfound|nxdomain|eai_again|getaddrinfo|no such host|name resolution|could not resolve|cannot resolve (?:host|name|address|\S+\.\S)|servfail|\bdns\b|unknownhost|name or service not known|\blookup \S+ on \S+:53\b|\bname lookups?\b|resolver .{0,40}(?:time|fail)/iu,
  ],
  [
    'platform',
    /\bnode\b.{0,60}(?:pressure|contend|under .{0,30}load|not ?ready|cordon|preempt)|noisy.neighbou?r|low on resource|preempted|spot (?:instance )?(?:interruption|termination)|masterdown|read.?only replica|not ?writable ?primary|not_leader|leader election|database system is (?:starting up|shutting down|in recovery)|terminating connection due to administrator|\bfail(?:ed|ing)?[ -]?over (?:to|in progress|started|complete)|promoted to (?:primary|master|leader)|cpu steal|steal time|(?:disk|memory|pid)pressure|cgroup cpu|cfs quota|cpu.{0,12}(?:contend|starv)|(?:availability zone|\bzone\b|\bregion(?:al)?\b|\baz\b|\b(?:us|eu|ap|sa|ca|me|af)-(?:north|south|east|west|central)\w*-\d\w?).{0,60}(?:impair|outage|degrad|unavailab|packet loss|elevated|evacuat|failover)|(?:impair|outage|degrad|packet loss).{0,40}(?:availability zone|\bregion|\baz\b)/iu,
  ],
  [
    'quota',
    /\b429\b|too many requests|rate.?limit|throttl|quota|limit exceeded|exceeded .{0,20}limit|slow ?down|resource_?exhausted/iu,
  ],
  [
    'disk',
    /no space left|enospc|disk (?:is )?full|disk quota|read-only file ?system|out of disk|volume .{0,20}full|flood.?stage|read.?only.{0,4}allow.?delete|disk watermark/iu,
  ],
  [
    'memory',
    /out of memory|oom.?kill|\boom\b|heap (?:limit|out|space)|outofmemory|allocation failed|maxmemory|cache (?:is )?full|\bkeys? .{0,12}evict|evict\w* .{0,12}keys?\b|memory limit|exit code 137|gc overhead/iu,
  ],
  [
    'pool',
    /pool.{0,60}(?:exhaust|timeout|timed out|full|empty|wait|limit|unavailable)|(?:acquir|obtain|get)\w* .{0,20}connection|too many (?:connections|clients)|max number of clients|connection slots|remaining connection|waiting for .{0,20}connection|no (?:free|idle|available) connection/iu,
  ],
  [
    'database',
    /deadlock|lock wait|statement timeout|slow query|query (?:took|cancel)|sequential scan|seq scan|canceling statement|relation .{0,60} does not exist|column .{0,60} does not exist/iu,
  ],
  [
    'unreachable',
    /econnrefused|connection refused|econnreset|connection reset|ehostunreach|no route to host|socket hang up|\b50[234]\b|service unavailable|bad gateway|unreachable|circuit (?:breaker )?(?:is )?open|broken pipe|epipe|enetunreach|upstream connect error|connection (?:was )?closed (?:unexpectedly|by)|connection (?:failure|lost)/iu,
  ],
  ['timeout', /time(?:d)?.?out|etimedout|deadline exceeded|took too long|context canceled|aborted after/iu],
  [
    'configuration',
    /config\w* (?:error|invalid|missing)|invalid (?:config|setting|value for)|missing (?:env|environment|config|setting|key)|unknown (?:option|setting|key)|unauthori[sz]ed|forbidden|\b40[13]\b|permission denied|access denied|invalid (?:api )?(?:key|token|credential)/iu,
  ],
  [
    'data',
    /malformed|corrupt|schema (?:mismatch|violation|validation)|(?<!index )out of range|unexpected (?:token|end of (?:input|file|json)|null|byte|character)|checksum|poison|deseriali[sz]|unmarshal|pars(?:e|ing) error|invalid (?:record|payload|date|number|row|utf-?8|byte|encoding|character|json|xml|csv|timestamp|format)|(?:cannot|can ?not|can't|could not|unable to|fail\w* to|error|fail\w*) (?:de|en)?cod(?:e|ing)\b|(?:cannot|can ?not|can't|could not|unable to|fail\w* to|error) pars(?:e|ing)\b|must not be null|null value in column|duplicate (?:key|entry|row|record)|violates .{0,30}constraint|foreign key violation|validation failed|incompatible schema|numberformatexception|decode ?(?:error|exception)|unsupported (?:message |schema |format )version|missing (?:required )?(?:field|column)|unknown (?:enum|currency|unit)|unexpected (?:value|type|field)|(?:cannot|can ?not|can't|could not|unable to|fail\w* to) (?:read|interpret|process|handle|consume) .{0,30}\b(?:message|record|event|payload|row|document)s?\b|redeliver|dead.?letter(?:ed|ing)?\b/iu,
  ],
  [
    'code',
    /typeerror|referenceerror|rangeerror|syntaxerror|nullpointer|nil pointer|undefined|division by zero|is not a function|cannot read prop|keyerror|attributeerror|indexerror|index out of|panic|segfault|assert|unhandled|exception|stack trace|nan\b/iu,
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
