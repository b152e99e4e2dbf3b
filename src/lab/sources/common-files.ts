/** Files that every service has, and the changes to them that nobody notices. */
import type { InitialFile } from '../changes.ts';
import type { PullScript } from '../fault.ts';
import { authorsOf, branchOf, homeOf } from './source.ts';

const server = (service: string): string => `import { createServer } from 'node:http';
import { loadConfig } from './config.ts';
import { logger } from './logger.ts';
import { route } from './routes.ts';

const config = loadConfig('${service}');
const drainMs = 20_000;

const server = createServer(async (request, response) => {
  const startedAt = performance.now();
  await route(request, response, config);
  logger.debug({ path: request.url, ms: performance.now() - startedAt }, 'handled');
});

server.keepAliveTimeout = 65_000;
server.listen(config.port, () => logger.info('server listening on :' + config.port));

process.on('SIGTERM', () => {
  logger.info('received SIGTERM, draining connections');
  server.close(() => process.exit(0));
  setTimeout(() => process.exit(1), drainMs).unref();
});
`;

const logger = `import pino from 'pino';

export const logger = pino({ level: process.env.LOG_LEVEL ?? 'info', messageKey: 'msg' });
`;

const readme = (service: string, title: string): string => `# ${title}

Runs as \`${service}\` in \`prod\`. Dashboards and alerts live in Datadog under \`service:${service}\`.

## Run it

    npm ci
    npm start

## Owners

Ask in #team-${service} first.
`;

const manifest = (service: string): string => `{
  "name": "@acme/${service}",
  "private": true,
  "type": "module",
  "scripts": { "start": "node src/server.ts", "test": "vitest run" },
  "dependencies": {
    "pino": "9.5.0",
    "undici": "7.1.0"
  }
}
`;

const test = (service: string): string => `import { expect, test } from 'vitest';
import { loadConfig } from '../src/config.ts';

test('${service} has a port', () => {
  expect(loadConfig('${service}').port).toBe(8080);
});
`;

/** Paths are relative to the service. */
export const commonFiles = (service: string, title: string): readonly InitialFile[] => [
  { path: 'README.md', content: readme(service, title) },
  { path: 'package.json', content: manifest(service) },
  { path: 'src/server.ts', content: server(service) },
  { path: 'src/logger.ts', content: logger },
  { path: 'test/config.test.ts', content: test(service) },
];

type Chore = {
  readonly title: string;
  readonly body: string;
  readonly path: string;
  readonly find: string;
  readonly replace: string;
  readonly deploys: boolean;
};

const chores = (service: string): readonly Chore[] => [
  {
    title: `${service}: say where the runbook is`,
    body: 'Readme only.',
    path: 'README.md',
    find: '## Owners\n',
    replace: `## When it pages\n\nSee the wiki page "${service} on call".\n\n## Owners\n`,
    deploys: false,
  },
  {
    title: `${service}: cover the config defaults`,
    body: 'One more test, no change in behaviour.',
    path: 'test/config.test.ts',
    find: `test('${service} has a port'`,
    replace: `test('${service} reads its own section', () => {\n  expect(loadConfig('${service}').name).toBe('${service}');\n});\n\ntest('${service} has a port'`,
    deploys: false,
  },
  {
    title: `Bump pino from 9.5.0 to 9.6.0 in ${service}`,
    body: 'Release notes: redact option accepts paths with wildcards in arrays. No breaking changes.',
    path: 'package.json',
    find: '"pino": "9.5.0"',
    replace: '"pino": "9.6.0"',
    deploys: true,
  },
  {
    title: `${service}: round handler times in debug logs`,
    body: 'Whole milliseconds are enough to read.',
    path: 'src/server.ts',
    find: 'ms: performance.now() - startedAt',
    replace: 'ms: Math.round(performance.now() - startedAt)',
    deploys: true,
  },
  {
    title: `${service}: log the name with every line`,
    body: 'Makes mixed tails readable.',
    path: 'src/logger.ts',
    find: "messageKey: 'msg' }",
    replace: `messageKey: 'msg', name: '${service}' }`,
    deploys: true,
  },
];

/** Pull requests that change nothing a customer can see. The first two are never deployed. */
export const chorePulls = (service: string): readonly PullScript[] => {
  const { repository, directory } = homeOf(service);
  return chores(service).map(({ title, body, path, find, replace, deploys }) => ({
    repository,
    title,
    body,
    author: title.startsWith('Bump') ? 'renovate[bot]' : authorsOf(service)[1],
    branch: title.startsWith('Bump') ? `renovate/pino-9.x-${service}` : branchOf(title),
    edits: [{ path: directory + path, find, replace }],
    deploys: deploys ? [service] : [],
  }));
};
