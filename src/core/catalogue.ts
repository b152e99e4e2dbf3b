import type { AutonomyRule } from './autonomy.ts';
import type { McpServer } from './mcp-server.ts';
import type { Restriction } from './readers.ts';

/** One deployable thing people own. Written by people in `causeway.yaml`, never by a model. */
export type Service = {
  /** Catalogue id, lower-case, also the `service` tag in telemetry unless `datadogService` says otherwise. */
  readonly id: string;
  readonly title: string;
  /** 1 is most critical. */
  readonly tier: 1 | 2 | 3;
  /** `owner/name`, or null for something nobody here deploys (an external provider). */
  readonly repository: string | null;
  /** Path prefixes inside the repository that belong to this service. Empty means the whole repository. */
  readonly paths: readonly string[];
  readonly logGroups: readonly string[];
  readonly datadogService: string | null;
  /** Where it runs in Kubernetes; the workload is a Deployment, StatefulSet or DaemonSet. */
  readonly kubernetes: { readonly namespace: string; readonly workload: string } | null;
  /** Id of its service in PagerDuty, such as `PABC123`. */
  readonly pagerdutyService: string | null;
  /** Catalogue ids this service calls. */
  readonly dependsOn: readonly string[];
  /** Group ids whose members own it and may approve changes to it. */
  readonly owners: readonly string[];
  readonly external: boolean;
};

export type Group = { readonly id: string; readonly title: string; readonly members: readonly string[] };

/** A person as the directory knows them. `accounts` maps a platform name to that platform's user id. */
export type DirectoryPerson = {
  readonly id: string;
  readonly name: string;
  readonly onCall: boolean;
  readonly accounts: { readonly [platform: string]: string };
};

export type Catalogue = {
  /** sha256 of the canonical content: part of every plan. */
  readonly version: string;
  readonly environment: string;
  readonly services: readonly Service[];
  readonly groups: readonly Group[];
  readonly people: readonly DirectoryPerson[];
  /** Id of the one group whose members may break the glass. Absent: nobody may. */
  readonly breakGlass?: string | null;
  /** What the bot may do alone, per class of failure. Absent: nothing. */
  readonly autonomy?: readonly AutonomyRule[];
  /** Sources whose evidence only some groups may read. Absent or empty: everybody in the channel may. */
  readonly restricted?: readonly Restriction[];
  /** More places to read. Empty for most. */
  readonly mcpServers: readonly McpServer[];
};

export const serviceById = (catalogue: Catalogue, id: string): Service | undefined =>
  catalogue.services.find((service) => service.id === id);

/** Every name a service goes by in telemetry and in what people write. */
export const namesOf = ({
  services,
}: Catalogue): readonly { readonly id: string; readonly names: readonly string[] }[] =>
  services.map(({ id, title, datadogService, kubernetes, logGroups }) => ({
    id,
    names: [
      id,
      title,
      ...(datadogService ? [datadogService] : []),
      ...(kubernetes ? [kubernetes.workload] : []),
      ...logGroups,
    ],
  }));
