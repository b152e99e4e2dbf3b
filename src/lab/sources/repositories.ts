/** The shop's repositories as they were before the first pull request of the history. */
import type { InitialFile } from '../changes.ts';
import type { PullScript } from '../fault.ts';
import { browsing } from './browsing.ts';
import { buying } from './buying.ts';
import { chorePulls, commonFiles } from './common-files.ts';
import { configurationFiles, harmlessConfiguration } from './configuration.ts';
import { fulfilling } from './fulfilling.ts';
import { codePull, homeOf } from './source.ts';

const allCode = [...buying, ...browsing, ...fulfilling];

export const repositoryNames = ['acme/shop', 'acme/payments', 'acme/platform', 'acme/ops'] as const;

const workflow = (name: string, inputs: readonly string[]): string => `name: ${name}
on:
  workflow_dispatch:
    inputs:
${inputs.map((input) => `      ${input}:\n        required: true\n        type: string`).join('\n')}
      idempotency_key:
        required: false
        type: string
run-name: ${name} \${{ toJSON(inputs) }}
jobs:
  apply:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: ./bin/${name}
`;

const operations: readonly InitialFile[] = [
  {
    path: 'README.md',
    content: '# Operations\n\nWorkflows that people on call may start. Nothing else deploys from here.\n',
  },
  ...Object.entries({
    'feature-flag': ['flag', 'enabled'],
    scale: ['service', 'replicas'],
    restart: ['service'],
    'scale-out': ['service', 'percent'],
    'rotate-certificate': ['service'],
    'clean-up-disk': ['store'],
    'restart-resolver': ['service'],
    'provider-quota': ['provider', 'level'],
    'provider-fallback': ['provider', 'enabled'],
    'pool-size': ['service', 'max'],
    'roll-back': ['service', 'repository', 'pull', 'version'],
    'purge-queue': ['service', 'queue'],
    'drain-node': ['node', 'mode'],
  }).map(([name, inputs]) => ({ path: `.github/workflows/${name}.yml`, content: workflow(name, inputs) })),
];

const codeFiles = (repository: string): readonly InitialFile[] =>
  allCode
    .filter(({ service }) => homeOf(service).repository === repository)
    .flatMap(({ service, title, files }) =>
      [...commonFiles(service, title), ...files].map(({ path, content }) => ({
        path: homeOf(service).directory + path,
        content,
      })),
    );

const shopReadme: InitialFile = {
  path: 'README.md',
  content: '# Shop\n\nOne folder per service under `services/`. A merge deploys the services it touches.\n',
};

/** Empty for a repository the shop does not have. */
export const initialFiles = (repository: string): readonly InitialFile[] => {
  if (repository === 'acme/ops') return operations;
  if (repository === 'acme/shop') return [shopReadme, ...codeFiles(repository)];
  return repository === 'acme/platform' ? [...configurationFiles, ...codeFiles(repository)] : codeFiles(repository);
};

/** Changes to one service that break nothing, by how much they look like a suspect. */
export const harmlessPulls = (service: string) => {
  const chores = chorePulls(service);
  const code: readonly PullScript[] = allCode
    .filter((candidate) => candidate.service === service)
    .flatMap(({ harmless }) =>
      harmless.map(({ title, body, edit }) => codePull(service, { title, body, edits: [edit] })),
    );
  return {
    /** Documentation and tests: never deployed. */
    quiet: chores.filter(({ deploys }) => deploys.length === 0),
    deployed: [...code, ...chores.filter(({ deploys }) => deploys.length > 0)],
    configuration: harmlessConfiguration(service),
  };
};
