import { z } from 'zod';
import type { Catalogue, Service } from '../src/core/catalogue.ts';
import type { Window } from '../src/core/evidence.ts';
import { taint } from '../src/core/tainted.ts';
import type { ChangeEvent } from '../src/rootcause/telemetry.ts';
import { defineTool, type Finding } from '../src/tool.ts';
import { datadogClient, datadogEnvironment } from './datadog/client.ts';
import { type Deployment, listDeploymentEvents, listDeployments } from './datadog/deployments.ts';
import { readServices } from './datadog/read-services.ts';
import { fitView } from './reading/fit-view.ts';
import { datadogTag, servicesInput } from './reading/scope.ts';
import { isoTime, readWindow, sayWindow, shortTime, windowInput } from './reading/window.ts';

const input = z.object({ services: servicesInput, ...windowInput });

export const tool = defineTool({
  name: 'datadog_deployments',
  source: 'datadog',
  description:
    'Deployments of some services as their pipelines reported them to Datadog (DORA Metrics, else events tagged ' +
    'change_type:deployment): when, which version and commit. Look back at least a day.',
  environment: datadogEnvironment,
  input,
  // github_changes is the probe for deployments; this is for services that are not deployed through GitHub.
  probes: () => [],
  connect(environment) {
    const client = datadogClient(environment);
    return (asked, context) => {
      const { catalogue } = context;
      const reading = {
        services: asked.services,
        context,
        asked: `deployments of ${asked.services.join(', ')}`,
        blocks: 'what was deployed when',
        grant: 'the scopes dora_metrics_read and events_read',
      };
      return readServices(reading, async (services) => {
        const window = readWindow(asked, context.nowMs);
        const ask = client.asking(context.signal);
        const scope = { tags: services.map(datadogTag), environment: catalogue.environment, window };
        const reported = await listDeployments(ask, scope);
        const read = reported.deployments.length > 0 ? reported : await listDeploymentEvents(ask, scope);
        const page = { query: read.query, start: String(window.fromMs), end: String(window.toMs) };
        const [path, query] =
          read === reported ? ['/ci/dora/deployments', read.query] : ['/event/explorer', read.query];
        return deploymentFinding({ ...read, services, catalogue }, { query, window, link: client.link(path, page) });
      });
    };
  },
});

type Read = {
  readonly deployments: readonly Deployment[];
  readonly truncated: boolean;
  readonly services: readonly Service[];
  readonly catalogue: Catalogue;
};
type Source = { readonly query: string; readonly window: Window; readonly link: string };

function deploymentFinding({ deployments, truncated, services, catalogue }: Read, source: Source): Finding {
  const names = services.map((service) => service.id).join(', ');
  const told = deployments.map((deployment) => ({ deployment, service: serviceOf(deployment, catalogue) }));
  const first = told[0];
  if (first === undefined) {
    return { kind: 'empty', searched: `deployments of ${names}, ${sayWindow(source.window)}`, ...source };
  }
  const where = `${first.service?.id ?? 'an unknown service'} at ${shortTime(first.deployment.startedMs)} UTC`;
  return {
    kind: 'found',
    result: { count: told.length, deployments: told.map(resultOf) },
    // Reported with a key of the pipeline's, as a record of what ran.
    provenance: 'A',
    ...source,
    headline: [`${told.length} deployments of ${names}; the latest, of ${where}: `, taint(versionOf(first.deployment))],
    chart: null,
    view: fitView({
      head: [
        `deployments of ${names}, ${sayWindow(source.window)}, newest first`,
        ...(truncated ? ['there are older ones in the window that were not read'] : []),
        'started | service | version | commit | repository | team | id',
      ],
      rows: told.map(rowOf),
      things: 'deployments',
    }),
    signals: { changes: told.flatMap(changeOf) },
    truncated,
  };
}

type Told = { readonly deployment: Deployment; readonly service: Service | undefined };

const serviceOf = ({ tag }: Deployment, catalogue: Catalogue): Service | undefined =>
  catalogue.services.find((service) => datadogTag(service) === tag);

const versionOf = ({ version, sha }: Deployment): string =>
  (version ?? sha?.slice(0, 12) ?? 'no version').slice(0, 100);

/** The engine joins a deployment to what it ships by its commit: without one it is only shown. */
function changeOf({ deployment, service }: Told): readonly ChangeEvent[] {
  const { id, sha, repository, startedMs } = deployment;
  if (service === undefined || sha === null) return [];
  const title = `Deployed ${versionOf(deployment)}`;
  const where = { service: service.id, repository: repository ?? service.repository };
  return [{ id, kind: 'deploy', atMs: startedMs, title, sha, pullNumber: null, paths: [], diff: '', ...where }];
}

const resultOf = ({ deployment, service }: Told) => ({
  id: deployment.id,
  service: service?.id ?? deployment.tag,
  started: isoTime(deployment.startedMs),
  finished: deployment.finishedMs === null ? null : isoTime(deployment.finishedMs),
  version: deployment.version,
  sha: deployment.sha,
  repository: deployment.repository,
  team: deployment.team,
});

const rowOf = ({ deployment, service }: Told): string =>
  [
    shortTime(deployment.startedMs),
    service?.id ?? deployment.tag,
    deployment.version?.slice(0, 60) ?? '-',
    deployment.sha?.slice(0, 12) ?? '-',
    deployment.repository ?? '-',
    deployment.team?.slice(0, 40) ?? '-',
    deployment.id,
  ].join(' | ');
