/**
 * The shape of this repository, as a test. Each layer lists what it MAY import, so a new kind of import is refused until
 * somebody writes it down here. The last block proves that each rule bites.
 */
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const pure = String.raw`src\/(?:core|rootcause)\/`;
const contracts = String.raw`${pure}|src\/(?:ports|policy-port|chat-log-port|tool|tool-cost|integration|action)\.ts$`;
const flow = String.raw`${contracts}|src\/flow\/`;
const packages = String.raw`(?!src\/|tools\/|test\/|bench\/)`;
const may = (...allowed: string[]): RegExp => new RegExp(`^(?:${allowed.join('|')})`, 'u');

const layers: ReadonlyArray<readonly [layer: RegExp, allowed: RegExp]> = [
  [/^src\/core\//u, may(pure, 'canonicalize$', 're2js$', 'node:crypto$')],
  [/^src\/rootcause\//u, may(pure)],
  [
    /^src\/(?:ports|policy-port|chat-log-port|tool|tool-cost|integration|action)\.ts$/u,
    may(contracts, 'zod$', 'node:async_hooks$'),
  ],
  [/^src\/flow\//u, may(flow, 'zod$', 'pino$')],
  [/^src\/chat\/slack\//u, may(contracts, String.raw`src\/(?:chat\/slack|flow\/cards)\/`, packages)],
  [/^src\/chat\/teams\//u, may(contracts, String.raw`src\/(?:chat\/teams|flow\/cards)\/`, packages)],
  [/^src\/chat\/web\//u, may(contracts, String.raw`src\/(?:chat\/web|flow\/cards)\/`, packages)],
  [/^src\/store\//u, may(contracts, String.raw`src\/store\/`, packages)],
  [/^src\/engine\//u, may(contracts, String.raw`src\/(?:engine|store)\/`, packages)],
  [/^src\/actions\//u, may(contracts, String.raw`src\/(?:actions|flow\/rollback-port)`, packages)],
  [/^src\/policy\//u, may(contracts, String.raw`src\/policy\/`, packages)],
  [/^src\/redact\//u, may(contracts, String.raw`src\/(?:redact\/|flow\/redacted\.ts$)`, packages)],
  [/^src\/runbooks\//u, may(contracts, String.raw`src\/runbooks\/`, packages)],
  [/^src\/model\//u, may(contracts, String.raw`src\/(?:model\/|flow\/investigator\.ts)`, packages)],
  [/^src\/replay\//u, may(flow, String.raw`src\/(?:replay|model)\/`, 'zod$', 'pino$')],
  [/^src\/alerts\//u, may(contracts, String.raw`src\/alerts\/`, packages)],
  [/^src\/lab\//u, may(contracts, String.raw`src\/lab\/`, packages)],
  [/^tools\/[^/]+\.ts$/u, may(contracts, String.raw`tools\/[^/]+\/`, packages)],
  [/^tools\/[^/]+\//u, may(contracts, String.raw`tools\/[^/]+\/`, packages)],
  [/^src\/(?:config|catalogue-file|choose-environment|machine-clock)\.ts$/u, may(contracts, packages)],
  [/^src\/load-(?:tools|integrations)\.ts$/u, may(contracts, String.raw`src\/choose-environment\.ts$`, packages)],
  [/^src\/rank-document(?:-[a-z]+)?\.ts$/u, may(contracts, String.raw`src\/rank-document-`, packages)],
  [/^src\/(?:compose|audit-anchor|main|cli|serve|start-platforms|local-incident)\.ts$/u, /./u],
  [/^src\/commands\//u, /./u],
];

type Source = { readonly path: string; readonly text: string; readonly imports: readonly string[] };

function parse(path: string, text: string): Source {
  const found = text.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom\s*'(?<from>[^']+)'|import\(\s*'(?<dynamic>[^']+)'|^import\s+'(?<bare>[^']+)'/gmu,
  );
  const imports = [...found].map(({ groups }) => {
    const target = groups?.['from'] ?? groups?.['dynamic'] ?? groups?.['bare'] ?? '';
    return target.startsWith('.') ? posix.join(posix.dirname(path), target) : target;
  });
  return { path, text, imports };
}

const readsEnvironment = /process\.env\b/u;
const clockOrDice = /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.now|randomUUID|randomBytes)\b/u;
const revealers = /^src\/(?:core\/plain-text|model\/prompt)\.ts$/u;
const labKnowers = /^src\/(?:lab\/|main\.ts$|cli\.ts$|commands\/demo\.ts$)/u;

function breaches({ path, text, imports }: Source): string[] {
  const rule = layers.find(([layer]) => layer.test(path));
  if (!rule) return [`${path}: belongs to no layer; add it to the list or move it`];
  const found = imports.filter((target) => !rule[1].test(target)).map((target) => `${path}: may not import ${target}`);
  const say = (broken: boolean, complaint: string): void => {
    if (broken) found.push(`${path}: ${complaint}`);
  };
  say(
    readsEnvironment.test(text) && !/^src\/(?:main\.ts$|cli\.ts$|lab\/sources\/)/u.test(path),
    'reads process.env; take config as an argument',
  );
  say(
    clockOrDice.test(text) && /^src\/(?:core|rootcause|flow)\//u.test(path),
    'reads a clock or dice; take them as arguments',
  );
  say(
    imports.includes('src/core/reveal.ts') && !revealers.test(path),
    'only the renderer and the prompt builder may reveal',
  );
  say(imports.some((target) => target.startsWith('src/lab/')) && !labKnowers.test(path), 'may not know the lab');
  say(/child_process/u.test(text) && !/^src\/(?:store\/embedded|lab)\//u.test(path), 'starts no process');
  say(text.split('\n').length > 301, 'longer than 300 lines');
  say(/(?:^|\/)(?:index|utils?|helpers?|common|types)\.ts$/u.test(path), 'has a name that says nothing');
  return found;
}

const files = globSync('{src,tools}/**/*.ts').map((path) => path.replaceAll('\\', '/'));

it('finds the sources it is meant to check', () => {
  expect(files.length).toBeGreaterThan(100);
});

it.each(files)('%s keeps to its layer', (path) => {
  expect(breaches(parse(path, readFileSync(path, 'utf8')))).toEqual([]);
});

it('no tool imports a tool', () => {
  const tools = files.filter((path) => /^tools\/[^/]+\.ts$/u.test(path));
  const found = tools.flatMap((path) =>
    parse(path, readFileSync(path, 'utf8')).imports.filter((target) => /^tools\/[^/]+\.ts$/u.test(target)),
  );
  expect(found).toEqual([]);
});

it('does not name this workplace', () => {
  const everything = globSync('{src,tools,test,bench,docs,deploy,runbooks,policies}/**/*.{ts,md,yaml,yml,cedar}');
  const named = everything.filter(
    (path) =>
      /\/work\/(?:shared|main)|farm-(?:bench|studio)/u.test(readFileSync(path, 'utf8')) && path !== 'test/tidy.test.ts',
  );
  expect(named).toEqual([]);
});

it('the engine knows no recorded set by name', () => {
  const sets =
    /petshop|nezha|sock-?shop|openrca|tvdiag|\bgaia\b|changerca|rootcausebench|opensre|loghub|tcpd|\bnab\b/iu;
  const engine = globSync('src/rootcause/**/*.ts');
  expect(engine.length).toBeGreaterThan(30);
  expect(engine.filter((path) => sets.test(readFileSync(path, 'utf8')))).toEqual([]);
});

describe('the rules bite', () => {
  it.each`
    path                          | text                                              | complaint
    ${'src/core/x.ts'}            | ${"import { z } from 'zod';"}                     | ${'may not import zod'}
    ${'src/core/x.ts'}            | ${"import { readFile } from 'node:fs/promises';"} | ${'may not import node:fs/promises'}
    ${'src/core/x.ts'}            | ${"import type { A } from '../ports.ts';"}        | ${'may not import src/ports.ts'}
    ${'src/core/x.ts'}            | ${'const at = Date.now();'}                       | ${'reads a clock'}
    ${'src/rootcause/x.ts'}       | ${'const at = Math.random();'}                    | ${'reads a clock or dice'}
    ${'src/flow/x.ts'}            | ${"import { a } from '../store/store.ts';"}       | ${'may not import src/store/store.ts'}
    ${'src/flow/x.ts'}            | ${'const at = Date.now();'}                       | ${'reads a clock'}
    ${'src/flow/x.ts'}            | ${"import { reveal } from '../core/reveal.ts';"}  | ${'may reveal'}
    ${'src/chat/slack/render.ts'} | ${"import { a } from '../teams/render.ts';"}      | ${'may not import src/chat/teams/render.ts'}
    ${'src/store/store.ts'}       | ${"import { a } from '../flow/incident.ts';"}     | ${'may not import src/flow/incident.ts'}
    ${'src/flow/x.ts'}            | ${"const lab = await import('../lab/world.ts');"} | ${'may not know the lab'}
    ${'tools/grafana.ts'}         | ${"import { a } from './cloudwatch-logs.ts';"}    | ${'may not import tools/cloudwatch-logs.ts'}
    ${'tools/grafana.ts'}         | ${'const key = process.env.KEY;'}                 | ${'reads process.env'}
    ${'src/actions/x.ts'}         | ${"import { spawn } from 'node:child_process';"}  | ${'starts no process'}
    ${'src/chat/slack/index.ts'}  | ${''}                                             | ${'says nothing'}
    ${'src/misc.ts'}              | ${''}                                             | ${'belongs to no layer'}
    ${'src/core/long.ts'}         | ${'\n'.repeat(301)}                               | ${'longer than 300'}
  `('$path: $complaint', ({ path, text, complaint }) => {
    expect(breaches(parse(path, text)).join('\n')).toContain(complaint);
  });
});
