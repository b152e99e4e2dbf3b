import type { CedarValueJson, EntityJson, TypeAndId } from '@cedar-policy/cedar-wasm/nodejs';
import type { PolicyRequest } from '../policy-port.ts';

export type CedarRequest = {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
};

const uid = (type: string, id: string): TypeAndId => ({ type: `Causeway::${type}`, id });
const reference = (type: string, id: string): CedarValueJson => ({ __entity: uid(type, id) });

/** One question to the policy in Cedar's terms. Numbers are handed over as they are: what is not whole is refused. */
export function cedarRequest({
  action,
  sealed,
  tier,
  principal,
  owners,
  breakGlass,
  context,
}: PolicyRequest): CedarRequest {
  const { plan } = sealed;
  const { autonomy, ...facts } = context;
  const { level: autonomyLevel, ...alone } = autonomy;
  const person = uid('Person', principal.id);
  const attributes = { standing: principal.standing, onCall: principal.onCall };
  const groups = principal.groups.map((group) => uid('Group', group));
  const service = { tier, owners: owners.map((group) => reference('Group', group)) };
  const target = {
    kind: plan.kind,
    actions: [...new Set(plan.steps.map((step) => step.action))],
    service: reference('Service', plan.service),
    requester: reference('Person', plan.requester),
    risk: plan.risk,
    services: plan.blastRadius.services,
    files: plan.blastRadius.files,
  };
  return {
    principal: person,
    action: uid('Action', action),
    resource: uid('Plan', plan.id),
    context: { ...facts, autonomyLevel, ...alone, breakGlass: breakGlass.map((group) => reference('Group', group)) },
    entities: [
      { uid: person, attrs: attributes, parents: groups },
      { uid: uid('Service', plan.service), attrs: service, parents: [] },
      { uid: uid('Plan', plan.id), attrs: target, parents: [] },
    ],
  };
}
