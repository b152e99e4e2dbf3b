/**
 * Amazon Bedrock and Google Vertex AI on 127.0.0.1, as far as a model is asked there: each refuses what the vendor would
 * refuse, and answers by a real stream of its own kind.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { eventsOf, type ModelRequest, type Speech } from '../support/messages-server.ts';
import { type Signer, signatureProblem } from './signed-request.ts';

/** What the n-th request is answered with, from 0. */
export type CloudScript = (
  turn: number,
  request: ModelRequest,
) => Speech | { readonly exception: string } | { readonly status: number };

export type CloudServer = {
  readonly url: string;
  readonly paths: readonly string[];
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

type Call = { readonly path: string; readonly body: string; readonly incoming: IncomingMessage };
type Served = {
  readonly outgoing: ServerResponse;
  readonly scripted: ReturnType<CloudScript>;
  readonly turn: number;
  readonly request: ModelRequest;
};

export const awsKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const bedrockPath = /^\/model\/(?<model>[^/]+)\/invoke-with-response-stream$/u;

/** `bedrock-runtime`, with the body's version and the signature checked. */
export function startBedrock(script: CloudScript, region = 'eu-central-1'): Promise<CloudServer> {
  const signer: Signer = { ...awsKey, region, service: 'bedrock' };
  return startCloud(script, {
    model: (path) => bedrockPath.exec(path)?.groups?.['model'],
    version: 'bedrock-2023-05-31',
    authority: ({ path, body, incoming }) =>
      signatureProblem({ method: incoming.method ?? '', path, headers: incoming.headers, body }, signer),
    stream: ({ outgoing, scripted, turn, request }) => {
      outgoing.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream', 'x-amzn-requestid': `r${turn}` });
      if ('exception' in scripted)
        outgoing.write(
          frame({ ':message-type': 'exception', ':exception-type': scripted.exception }, '{"message":"no"}'),
        );
      else if ('uses' in scripted) {
        for (const event of eventsOf(scripted, { turn, request })) {
          const bytes = Buffer.from(JSON.stringify(event)).toString('base64');
          outgoing.write(
            frame(
              { ':message-type': 'event', ':event-type': 'chunk', ':content-type': 'application/json' },
              JSON.stringify({ bytes }),
            ),
          );
        }
      }
      outgoing.end();
    },
  });
}

const vertexPath =
  /^\/v1\/projects\/(?<project>[^/]+)\/locations\/(?<location>[^/]+)\/publishers\/anthropic\/models\/(?<model>[^/:]+):streamRawPredict$/u;

/** `aiplatform.googleapis.com`, with project and location in the path and a bearer token. */
export function startVertex(
  script: CloudScript,
  expected: { project: string; location: string; token: string },
): Promise<CloudServer> {
  return startCloud(script, {
    model: (path) => {
      const parts = vertexPath.exec(path)?.groups;
      return parts?.['project'] === expected.project && parts['location'] === expected.location
        ? parts['model']
        : undefined;
    },
    version: 'vertex-2023-10-16',
    authority: ({ incoming: { headers } }) =>
      headers.authorization === `Bearer ${expected.token}` ? null : `the authorization is ${headers.authorization}`,
    stream: ({ outgoing, scripted, turn, request }) => {
      outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
      if ('uses' in scripted)
        for (const event of eventsOf(scripted, { turn, request }))
          outgoing.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
      outgoing.end();
    },
  });
}

type Vendor = {
  readonly model: (path: string) => string | undefined;
  readonly version: string;
  readonly authority: (call: Call) => string | null;
  readonly stream: (served: Served) => void;
};

const wire = z.looseObject({ anthropic_version: z.string(), max_tokens: z.int(), messages: z.array(z.unknown()) });

async function startCloud(script: CloudScript, vendor: Vendor): Promise<CloudServer> {
  const complaints: string[] = [];
  const paths: string[] = [];
  const server = createServer((incoming, outgoing) => {
    void serve(incoming, outgoing);
  });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const path = incoming.url ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks).toString('utf8');
    paths.push(path);
    const model = vendor.model(path);
    const found = [
      ...(model === undefined ? [`the path is ${path}`] : []),
      ...(vendor.authority({ path, body, incoming }) ?? '').split('\n').filter(Boolean),
      ...complaintsAbout(body, vendor.version),
    ];
    complaints.push(...found);
    const turn = paths.length - 1;
    // Checked above as far as it is read.
    const request = { ...JSON.parse(body), model: decodeURIComponent(model ?? '') } as ModelRequest;
    const scripted = found.length > 0 ? { status: 400 } : script(turn, request);
    if ('status' in scripted) {
      outgoing.writeHead(scripted.status, { 'content-type': 'application/json' }).end('{"message":"refused"}');
      return;
    }
    vendor.stream({ outgoing, scripted, turn, request });
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    paths,
    complaints,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function complaintsAbout(body: string, version: string): readonly string[] {
  const parsed = wire.safeParse(JSON.parse(body));
  if (!parsed.success) return [z.prettifyError(parsed.error)];
  return [
    ...(parsed.data.anthropic_version === version ? [] : [`the version is ${parsed.data.anthropic_version}`]),
    ...('model' in parsed.data ? ['the body names the model'] : []),
  ];
}

/** One message of `application/vnd.amazon.eventstream`: prelude, headers, payload, each with its checksum. */
function frame(headers: { readonly [name: string]: string }, payload: string): Buffer {
  const encoded = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.from([Buffer.byteLength(name)]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + encoded.length + Buffer.byteLength(payload), 0);
  prelude.writeUInt32BE(encoded.length, 4);
  const checked = Buffer.concat([prelude, checksum(prelude), encoded, Buffer.from(payload)]);
  return Buffer.concat([checked, checksum(checked)]);
}

function checksum(bytes: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
}
