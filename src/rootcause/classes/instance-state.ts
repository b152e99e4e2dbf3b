import type { CauseKind } from '../../core/hypothesis.ts';
import { topicOf } from '../logs/log-vocabulary.ts';
import { joinEvidence } from '../metrics/robust.ts';
import type { InstanceState } from '../telemetry.ts';
import { type ClassCandidate, type Detector, nearness } from './failure-class.ts';

/**
 * What a platform says of instances that are not ready now: Kubernetes container reasons, conditions and warning events,
 * a database service's events. The words are those of the Kubernetes API (container state reasons, scheduler and kubelet
 * event reasons) and of the RDS event categories. An instance that is being removed says nothing of its service.
 */
export const detectInstanceState: Detector = ({ telemetry }, suspicions) => {
  const ill = (telemetry.instances ?? []).filter(({ ready, leaving }) => !ready && !leaving);
  const services = [...new Set(ill.map(({ service }) => service))];
  return services.map((service) => {
    const found = judge(
      service,
      ill.filter((one) => one.service === service),
    );
    return { ...found, score: found.score * nearness(suspicions, service) };
  });
};

type State = { readonly name: string; readonly kind: CauseKind; readonly pattern: RegExp };

/** Ordered: what ends a process before what follows from it, and what names a fault before what only reports one. */
const states: readonly State[] = [
  {
    name: 'was killed for memory',
    kind: 'resource-exhaustion',
    pattern: /oom.?kill|out of memory|exit.?code:?.?137/iu,
  },
  {
    name: 'finds no node that it may run on',
    kind: 'config-change',
    pattern: /didn't match .{0,40}(?:selector|affinity)|untolerated taint|had taint|volume node affinity/iu,
  },
  {
    name: 'finds no room to run',
    kind: 'resource-exhaustion',
    pattern:
      /insufficient (?:cpu|memory|ephemeral|pods|\S+)|exceeded quota|too many pods|\bevicted\b|node under \w*pressure|ephemeral.storage/iu,
  },
  {
    name: 'lost its node',
    kind: 'infrastructure',
    pattern: /node.?(?:not ?ready|lost|unreachable)|kubelet stopped posting|networkunavailable|network plugin/iu,
  },
  {
    name: 'cannot reach its registry',
    kind: 'dependency-failure',
    pattern: /pull.{0,200}(?:i\/o timeout|toomanyrequests|\b50[0234]\b|connection refused|no such host)/isu,
  },
  {
    name: 'cannot start as configured',
    kind: 'config-change',
    pattern:
      /imagepull|errimage|invalidimage|manifest unknown|pull access denied|createcontainer(?:config)?error|(?:secret|configmap).{0,80}not found|couldn't find key|runcontainererror|executable file not found|failed ?mount|persistentvolumeclaim.{0,60}not found/iu,
  },
  {
    name: 'fails its probe',
    kind: 'config-change',
    pattern: /(?:liveness|readiness|startup) probe/iu,
  },
  {
    name: 'lacks a setting',
    kind: 'config-change',
    pattern:
      /missing (?:required )?(?:env|environment|config|setting|variable|key)|(?:env|environment variable|config\w*).{0,60}(?:not set|required|missing|undefined|invalid)|permission denied|invalid (?:config|setting|credential)/iu,
  },
  {
    name: 'failed over or lost its host',
    kind: 'infrastructure',
    pattern: /fail(?:ing)?.?over|multi-az|underlying host|hardware|host (?:failure|replacement)|recovery of the db/iu,
  },
  {
    name: 'ran out of a resource',
    kind: 'resource-exhaustion',
    pattern:
      /(?:storage|disk).{0,60}(?:low|full|insufficient|ran out|exhaust)|ran out of storage|insufficient storage|connections.{0,60}(?:maximum|limit|may be refused|exhaust)|max_connections|cpu.{0,60}(?:above|exceed)/iu,
  },
  {
    name: 'cannot reach what it depends on',
    kind: 'dependency-failure',
    pattern: /connection refused|econnrefused|no such host|name resolution|timed? ?out|unreachable|unavailable/iu,
  },
  {
    name: 'crashes',
    kind: 'bad-deploy',
    pattern: /crashloop|panic|exception|traceback|segfault|exit.?code:?.?(?:[1-9]|1[0-9]{2})\b|back-off restarting/iu,
  },
];

function judge(service: string, ill: readonly InstanceState[]): ClassCandidate {
  const text = ill.flatMap((one) => one.says).join('\n');
  const state = states.find(({ pattern }) => pattern.test(text));
  const kind = state?.kind ?? 'unknown';
  const name = state?.name ?? 'is not ready';
  const restarts = Math.max(0, ...ill.map((one) => one.restarts));
  const evidence = [...new Set(ill.flatMap((one) => one.evidence ?? []))];
  const summary = `${ill.length} of its instances ${ill.length === 1 ? 'is' : 'are'} not ready and ${name}; restarts: ${restarts}.`;
  const score = state === undefined ? 0.4 : joinEvidence([0.8, restarts >= 3 ? 0.3 : 0, ill.length > 1 ? 0.2 : 0]);
  return {
    entity: service,
    kind,
    score,
    topic: topicOf(text),
    mechanism: `An instance of ${service} ${name}.`,
    wrongIf: `The instance becomes ready without a change to it or to what it runs on.`,
    reasons: [{ channel: 'instances', score, says: summary, evidence }],
  };
}
