import { z } from 'zod';
import {
  type Check,
  type DiscoveredService,
  defineIntegration,
  type IntegrationContext,
} from '../../src/integration.ts';
import { scopesCheck, writeCheck } from '../reading/examine.ts';
import { readChecks, tryWrite } from '../reading/examine-http.ts';
import { type PagerDutyClient, pagerdutyClient, pagerdutyEnvironment, pagerdutyRefusal } from './client.ts';
import { nameOf, reference } from './vocabulary.ts';

const grants = 'pagerduty/scopes.json';

export const integration = defineIntegration({
  vendor: 'PagerDuty',
  source: 'pagerduty',
  environment: pagerdutyEnvironment,
  grants,
  connect(environment) {
    const client = pagerdutyClient(environment);
    return {
      examine: (context) => examine(client, context),
      discover: (context) => discover(client, context),
    };
  },
});

const neededScopes = ['incidents.read', 'services.read', 'oncalls.read', 'change_events.read'];

/** Nobody's: PagerDuty's ids have no such form, and a note without text would not be taken either. */
const nobodysIncident = 'PCAUSEWAYDOCTORNOSUCHINCIDENT';

async function examine(client: PagerDutyClient, context: IntegrationContext): Promise<readonly Check[]> {
  const { signal } = context;
  const shared = { context, refusal: pagerdutyRefusal };
  const first = await readChecks({
    ...shared,
    vendor: 'PagerDuty',
    address: 'PAGERDUTY_API_URL',
    what: 'one service',
    needs: 'a read-only REST API key',
    schema: z.object({ services: z.array(reference) }),
    read: () => client.send({ path: '/services', parameters: [['limit', '1']], signal }),
  });
  if (first.length === 1) return first;
  const body = JSON.stringify({ note: { content: '' } });
  const path = `/incidents/${nobodysIncident}/notes`;
  const refused = await tryWrite(shared, () => client.send({ path, parameters: [], body, signal }));
  return [
    ...first,
    // An API key has no scopes and tells nothing of itself: whether it can write is tried below.
    scopesCheck({ granted: null, needed: neededScopes, excess: [], grants }),
    writeCheck('a note on an incident that cannot exist', refused, grants),
  ];
}

const service = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  escalation_policy: reference.nullish(),
  teams: z.array(reference).nullish(),
});

const pagesMax = 20;

/** Every service, with its escalation policy where it was seen and its teams as owners. */
async function discover(
  client: PagerDutyClient,
  { signal }: IntegrationContext,
): Promise<readonly DiscoveredService[]> {
  const { items } = await client.list({
    path: '/services',
    parameters: [['sort_by', 'name']],
    member: 'services',
    item: service,
    pagesMax,
    signal,
  });
  return items.map(({ id, name, escalation_policy: policy, teams }) => ({
    name,
    seen: `PagerDuty service ${id}${policy == null ? '' : `, escalation policy ${nameOf(policy)}`}`,
    title: name,
    pagerdutyService: id,
    owners: (teams ?? []).map(nameOf),
  }));
}
