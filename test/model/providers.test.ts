/** Each provider as its vendor wants to be asked: the vendors' own SDKs across HTTP to counterparts that refuse otherwise. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelEntry } from '../../src/core/model-entry.ts';
import type { Speech } from '../support/messages-server.ts';
import { modelAt } from '../support/model-settings.ts';
import { unreachableUrl } from '../tools/counterpart.ts';
import { awsKey, type CloudScript, type CloudServer, startBedrock, startVertex } from './cloud-counterparts.ts';
import { challenge, findingsWith, run, supportedClaim } from './investigation-fixture.ts';

const closers: { close(): Promise<void> }[] = [];
const kept = <Server extends { close(): Promise<void> }>(server: Server): Server => {
  closers.push(server);
  return server;
};

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of closers.splice(0)) await server.close();
});

const speak = (scripted: ReturnType<typeof findingsWith>): Speech => {
  if (!('uses' in scripted)) throw new Error('no speech');
  return scripted;
};
const submits = speak(findingsWith(supportedClaim));
const survives = speak(challenge('survived'));
const good: CloudScript = (turn) => (turn === 0 ? submits : survives);
const only = (entry: ModelEntry, settings: Parameters<typeof modelAt>[1] = {}) => ({
  models: (url: string) => modelAt(url, { order: [entry], variable: 'CAUSEWAY_MODELS', ...settings }),
});

describe('Anthropic', () => {
  it('gets the key and the version that its SDK sends, and no other credential', async () => {
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'another');
    const { server, investigation } = await run([submits, survives]);
    expect(investigation.kind).toBe('submitted');
    expect(server.headers[0]).toMatchObject({ authorization: 'Bearer test-key', 'anthropic-version': '2026-10-21' });
    expect(JSON.stringify(server.headers)).not.toContain('another');
  });
});

describe('Amazon Bedrock', () => {
  const sonnet: ModelEntry = { provider: 'bedrock', model: 'global.anthropic.claude-sonnet-5-5' };
  const signIn = (): void => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', awsKey.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', awsKey.secretAccessKey);
  };
  const bedrockAt = ({ url }: CloudServer) => ({ bedrock: { region: 'eu-central-1', baseUrl: url } });

  it('is asked by a signed InvokeModelWithResponseStream, and its event stream is read', async () => {
    signIn();
    const bedrock = kept(await startBedrock(good));
    const { investigation, rows } = await run([], only(sonnet, bedrockAt(bedrock)));
    expect(bedrock.complaints).toEqual([]);
    expect(bedrock.paths[0]).toBe('/model/global.anthropic.claude-sonnet-5-5/invoke-with-response-stream');
    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived' });
    expect(rows[0]?.body).toMatchObject({ provider: 'bedrock', model: sonnet.model });
  });

  it('takes ids of older models, which have a colon, and asks a tenth more for a region', async () => {
    signIn();
    const older: ModelEntry = { provider: 'bedrock', model: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0' };
    const bedrock = kept(await startBedrock(good));
    const { investigation } = await run([], only(older, bedrockAt(bedrock)));
    expect(bedrock.complaints).toEqual([]);
    expect(investigation.kind).toBe('submitted');
    const atList = (1_000 * 3 + 100 * 3.75 + 10_000 * 0.3 + 200 * 15) / 1_000_000;
    expect(investigation.spent.dollars).toBeCloseTo(2 * atList * 1.1, 10);
  });

  it.each([
    ['throttlingException', 'the model rate limit is reached'],
    ['modelStreamErrorException', 'the model service has an error'],
  ])('is asked again after %s inside its stream, then given up', async (exception, why) => {
    signIn();
    let times = 0;
    const bedrock = kept(await startBedrock(() => (times++ < 2 ? { exception } : submits)));
    expect((await run([], only(sonnet, bedrockAt(bedrock)))).investigation.kind).toBe('submitted');

    const never = kept(await startBedrock(() => ({ exception })));
    expect((await run([], only(sonnet, bedrockAt(never)))).investigation).toMatchObject({ kind: 'unavailable', why });
    expect(never.paths).toHaveLength(6);
  });

  it('without any credentials says so at once', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    const bedrock = kept(await startBedrock(good));
    const { investigation } = await run([], only(sonnet, bedrockAt(bedrock)));
    expect(investigation).toMatchObject({ why: 'the model service needs AWS credentials: none found' });
    expect(bedrock.paths).toEqual([]);
  });

  it('that refuses the signature is not asked again', async () => {
    signIn();
    const bedrock = kept(await startBedrock(() => ({ status: 403 })));
    const { investigation } = await run([], only(sonnet, bedrockAt(bedrock)));
    expect(investigation).toMatchObject({ why: 'the model service does not accept AWS credentials' });
    expect(bedrock.paths).toHaveLength(1);
  });
});

describe('Google Vertex AI', () => {
  const sonnet: ModelEntry = { provider: 'vertex', model: 'claude-sonnet-5-5' };
  const expected = { project: 'acme-prod', location: 'global', token: 'ya29.example' };

  /** Application Default Credentials of a federated workload: a file, and a token service that trades for it. */
  async function signIn(): Promise<void> {
    const tokens = createServer((_, outgoing) => {
      outgoing.setHeader('content-type', 'application/json');
      outgoing.end(
        JSON.stringify({
          access_token: expected.token,
          issued_token_type: 'x',
          token_type: 'Bearer',
          expires_in: 3_600,
        }),
      );
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    kept({ close: async () => void tokens.close() });
    const address = tokens.address();
    const port = address !== null && typeof address === 'object' ? address.port : 0;
    const folder = mkdtempSync(join(tmpdir(), 'adc-'));
    writeFileSync(join(folder, 'subject'), 'a-subject-token');
    writeFileSync(
      join(folder, 'adc.json'),
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `http://127.0.0.1:${port}/v1/token`,
        credential_source: { file: join(folder, 'subject') },
      }),
    );
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', join(folder, 'adc.json'));
  }

  const vertexAt = ({ url }: CloudServer) => ({
    vertex: { region: expected.location, projectId: expected.project, baseUrl: `${url}/v1` },
  });

  it('is asked at its project and location with the token that the credentials file leads to', async () => {
    await signIn();
    const vertex = kept(await startVertex(good, expected));
    const { investigation } = await run([], only(sonnet, vertexAt(vertex)));
    expect(vertex.complaints).toEqual([]);
    expect(vertex.paths[0]).toBe(
      '/v1/projects/acme-prod/locations/global/publishers/anthropic/models/claude-sonnet-5-5:streamRawPredict',
    );
    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived' });
  });

  it('without any credentials says so at once', async () => {
    vi.stubEnv('GOOGLE_APPLICATION_CREDENTIALS', '/nowhere/adc.json');
    const vertex = kept(await startVertex(good, expected));
    const { investigation } = await run([], only(sonnet, vertexAt(vertex)));
    expect(investigation).toMatchObject({
      why: 'the model service needs Google Application Default Credentials: none found',
    });
    expect(vertex.paths).toEqual([]);
  });
});

describe('a server that only speaks the Messages API', () => {
  const qwen: ModelEntry = { provider: 'compatible', model: 'qwen3:8b' };
  const message = (change: object) => ({
    contentType: 'application/json; charset=utf-8',
    page: JSON.stringify({
      id: 'chatcmpl-1',
      type: 'message',
      role: 'assistant',
      model: 'qwen3:8b',
      content: [],
      stop_reason: 'tool_use',
      usage: { input_tokens: 18, output_tokens: 31 },
      ...change,
    }),
  });

  it('gets no credential of ours when it has no key of its own', async () => {
    vi.stubEnv('ANTHROPIC_API_KEY', 'sk-ours');
    vi.stubEnv('ANTHROPIC_AUTH_TOKEN', 'sk-ours-too');
    const { server, investigation } = await run([submits, survives], only(qwen));
    expect(investigation.kind).toBe('submitted');
    expect(server.headers[0]).not.toHaveProperty('authorization');
    expect(server.headers[0]).not.toHaveProperty('x-api-key');
    expect(JSON.stringify(server.headers)).not.toContain('sk-ours');
    expect(server.headers[0]).toMatchObject({ 'anthropic-version': '2023-06-01' });
  });

  it('gets its key as a bearer token', async () => {
    const { server } = await run([submits, survives], {
      models: (url) => modelAt(url, { order: [qwen], compatible: { baseUrl: url, apiKey: 'local-key', price: null } }),
    });
    expect(server.headers[0]).toMatchObject({ authorization: 'Bearer local-key' });
  });

  it('may answer with the whole message at once', async () => {
    const [use] = submits.uses;
    const { investigation, server } = await run(
      (turn) => (turn === 0 ? message({ content: [{ type: 'tool_use', id: 'call_1', ...use }] }) : survives),
      only(qwen),
    );
    expect(investigation).toMatchObject({ kind: 'submitted', challenge: 'survived', spent: { outputTokens: 231 } });
    expect(server.complaints).toEqual([]);
  });

  it('may call a turn with tool calls an end, put an empty text before them, and name them oddly', async () => {
    const content = [
      { type: 'text', text: '' },
      { type: 'thinking', thinking: 'Hm.', signature: '' },
      { type: 'tool_use', id: 'functions.read_logs:0', name: 'read_logs', input: { service: 'payments' } },
    ];
    const { investigation, server, reads } = await run(
      (turn) => (turn === 0 ? message({ content, stop_reason: 'end_turn', usage: { output_tokens: 9 } }) : submits),
      only(qwen),
    );
    expect(reads).toEqual(['payments']);
    expect(server.complaints).toEqual([]);
    expect(investigation.kind).toBe('submitted');
  });

  it('that is not there is given up after its retries', async () => {
    const { investigation } = await run(
      [],
      only(qwen, { compatible: { baseUrl: await unreachableUrl(), apiKey: null, price: null } }),
    );
    expect(investigation).toMatchObject({ kind: 'unavailable', why: 'the model connection broke off' });
  });
});
