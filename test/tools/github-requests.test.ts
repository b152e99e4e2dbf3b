/**
 * Every request of every GitHub tool, and every answer our counterpart gives, against GitHub's own description. A field
 * we made up, a value of another type or a parameter that is not there fails.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Json } from '../../src/core/json.ts';
import { loadTools } from '../../src/load-tools.ts';
import type { Tool } from '../../src/tool.ts';
import { integration } from '../../tools/github/integration.ts';
import { type Answer, type Asked, startVendor } from './counterpart.ts';
import { bad, environment, fromTo, good, shopOnGitHub } from './github-vendor.ts';
import { ask } from './shop.ts';

// CAUSEWAY_DATA, or the data folder beside the repository.
// biome-ignore lint/style/noProcessEnv: the one optional input of the tests.
const data = process.env['CAUSEWAY_DATA'] ?? resolve(import.meta.dirname, '../../../shared/data');
const description = `${data}/github/openapi-subset.json`;
const present = existsSync(description);

const parameter = z.object({
  name: z.string(),
  in: z.string(),
  required: z.boolean().default(false),
  schema: z.json(),
});
const media = z.object({ content: z.object({ 'application/json': z.object({ schema: z.json() }) }) });
const operation = z.object({
  parameters: z.array(z.json()).default([]),
  requestBody: media.optional(),
  responses: z.record(z.string(), z.json()),
});
const documentSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.json())),
  components: z.object({
    schemas: z.record(z.string(), z.json()),
    parameters: z.record(z.string(), z.json()).default({}),
  }),
});

const repository = 'acme/shop';
/** Every tool in every way it asks. */
const calls: { readonly [tool: string]: readonly object[] } = {
  github_changes: [{ repository, ...fromTo, ci: true }],
  github_diff: [
    { repository, pull: 41, paths: ['services/checkout'], symbols: ['Pool'] },
    { repository, sha: bad },
  ],
  github_compare: [{ service: 'checkout' }, { repository, base: good, head: bad }],
  github_owners: [{ repository, paths: ['services/checkout/src/pool.ts'] }],
  github_find_symbol: [
    { service: 'checkout', file: '/app/src/pool.ts', line: 2 },
    { repository, symbol: 'Pool.acquire' },
    { repository, sha: bad, symbol: 'Pool.acquire' },
  ],
  github_workflow_runs: [{ repository, ...fromTo, branch: 'main' }],
  github_issues: [{ service: 'checkout', ...fromTo, labels: ['incident'], words: ['timed out'] }],
};

type Exchange = { readonly asked: Asked; readonly answer: Answer };

const tools = (await loadTools(new URL('../../tools/', import.meta.url))).filter(({ source }) => source === 'github');

async function record(tool: Tool): Promise<readonly Exchange[]> {
  const exchanges: Exchange[] = [];
  const vendor = await startVendor((asked) => {
    const answer = shopOnGitHub(asked);
    exchanges.push({ asked, answer });
    return answer;
  });
  for (const input of calls[tool.name] ?? []) {
    const finding = await ask(tool, { environment: environment(vendor.url), input });
    expect(finding.kind).toBe('found');
  }
  return exchanges;
}

it('asks every tool of GitHub', () => {
  expect(tools.map(({ name }) => name)).toEqual(Object.keys(calls).toSorted());
});

const referencePattern = /^#\/components\/(?<kind>\w+)\/(?<name>.+)$/u;
const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Nothing required, and nothing that is not described: our fixtures are parts of GitHub's answers. */
function partOf(value: Json, closed: boolean): Json {
  if (Array.isArray(value)) return value.map((item) => partOf(item, closed));
  if (!isObject(value)) return value;
  const { required, nullable, ...rest } = value;
  const inner = Object.fromEntries(
    Object.entries(rest).map(([key, part]) => [key, partOf(part, closed && key !== 'allOf')]),
  );
  // A property may be called `required`: only the keyword, a list, is left out.
  const keepsRequired = Array.isArray(required) || required === undefined ? {} : { required };
  const shut = closed && isObject(rest['properties']) && rest['additionalProperties'] === undefined;
  const whole = { ...inner, ...keepsRequired, ...(shut ? { additionalProperties: false } : {}) };
  return nullable === true ? { anyOf: [{ type: 'null' }, whole] } : whole;
}

describe.skipIf(!present)("requests and answers fit GitHub's own description (skipped without CAUSEWAY_DATA)", () => {
  let document: z.infer<typeof documentSchema>;
  const strict = new Ajv({ strict: false, validateFormats: false, coerceTypes: true });
  const whole = new Ajv({ strict: false, validateFormats: false });
  const partial = new Ajv({ strict: false, validateFormats: false });

  beforeAll(() => {
    document = documentSchema.parse(JSON.parse(readFileSync(description, 'utf8')));
    const { components } = document;
    strict.addSchema({ $id: 'github', components });
    whole.addSchema({ $id: 'github', components });
    partial.addSchema({ $id: 'github', components: { schemas: partOf(components.schemas, true) } });
  });

  const resolveReference = (value: Json): Json => {
    const reference = isObject(value) ? value['$ref'] : undefined;
    const name = typeof reference === 'string' ? referencePattern.exec(reference)?.groups?.['name'] : undefined;
    return name === undefined ? value : (document.components.parameters[name] ?? value);
  };

  const operationFor = ({ method, path }: Asked) => {
    const found = Object.entries(document.paths).find(
      ([template, operations]) =>
        method.toLowerCase() in operations &&
        new RegExp(`^${template.replaceAll('.', String.raw`\.`).replaceAll(/\{[^}]+\}/gu, '[^/]+')}$`, 'u').test(path),
    );
    if (found === undefined) throw new Error(`GitHub does not describe ${method} ${path}`);
    return operation.parse(found[1][method.toLowerCase()]);
  };

  const inside = (schema: Json): Json => {
    const text = JSON.stringify(schema).replaceAll('"#/components/', '"github#/components/');
    return z.json().parse(JSON.parse(text));
  };

  const bodyProblems = (asked: Asked): readonly string[] => {
    const described = operationFor(asked).requestBody?.content['application/json'].schema;
    if (asked.body === '') return [];
    if (described === undefined) return ['a body where none is taken'];
    const schema = inside(described);
    const isValid = whole.validate(isObject(schema) ? schema : {}, JSON.parse(asked.body));
    return isValid ? [] : [`body: ${whole.errorsText()}`];
  };

  const requestProblems = ({ asked }: Exchange): readonly string[] => {
    const described = operationFor(asked).parameters.map((one) => parameter.parse(resolveReference(one)));
    const known = new Map(described.filter((one) => one.in === 'query').map((one) => [one.name, one]));
    const wrong = [...asked.query].flatMap(([name, value]) => {
      const one = known.get(name);
      if (one === undefined) return [`unknown parameter ${name}`];
      const schema = { type: 'object', properties: { value: inside(one.schema) } };
      return strict.validate(schema, { value }) ? [] : [`${name}=${value}: ${strict.errorsText()}`];
    });
    const missing = [...known.values()].filter((one) => one.required && !asked.query.has(one.name));
    const says = [...wrong, ...missing.map(({ name }) => `missing ${name}`), ...bodyProblems(asked)];
    return says.map((problem) => `${asked.path}: ${problem}`);
  };

  const answerProblems = ({ asked, answer }: Exchange): readonly string[] => {
    if ((answer.status ?? 200) !== 200) return [];
    const described = media.safeParse(operationFor(asked).responses['200']).data;
    if (described === undefined) return [`${asked.path}: no answer described`];
    const schema = inside(partOf(described.content['application/json'].schema, true));
    const isPart = partial.validate(isObject(schema) ? schema : {}, JSON.parse(JSON.stringify(answer.body)));
    return isPart ? [] : [`${asked.path}: ${partial.errorsText(null, { dataVar: 'answer' }).slice(0, 400)}`];
  };

  it.each(tools.map((tool) => ({ name: tool.name, tool })))('$name', async ({ tool }) => {
    const exchanges = await record(tool);

    expect(exchanges.length).toBeGreaterThan(0);
    expect(exchanges.every(({ asked }) => asked.method === 'GET')).toBe(true);
    expect(exchanges.flatMap(requestProblems)).toEqual([]);
    expect([...new Set(exchanges.flatMap(answerProblems))]).toEqual([]);
  });

  it('the examination', async () => {
    const exchanges: Exchange[] = [];
    const vendor = await startVendor((asked) => {
      const answer = asked.method === 'GET' ? shopOnGitHub(asked) : { status: 403, body: { message: 'no' } };
      exchanges.push({ asked, answer });
      return answer;
    });
    const connected = integration.connect(integration.environment.parse(environment(vendor.url)));
    const context = {
      signal: new AbortController().signal,
      nowMs: 0,
      environment: 'prod',
      repositories: [repository],
      namespaces: [],
      logGroups: [],
    };

    await connected.examine(context);

    expect(exchanges.filter(({ asked }) => asked.method !== 'GET')).toHaveLength(1);
    expect(exchanges.flatMap(requestProblems)).toEqual([]);
  });
});
