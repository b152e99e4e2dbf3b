/** Teams with its real HTTP on loopback: an issuer of tokens, a connector that records bytes, and our router. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { OAuth2Server } from 'oauth2-mock-server';
import { pino } from 'pino';
import type { TeamsOptions } from '../../../src/chat/teams/options.ts';
import { startTeams } from '../../../src/chat/teams/start.ts';
import type { Catalogue } from '../../../src/core/catalogue.ts';
import type { ChatPlatform, Inbound, MessageRef, Outbox } from '../../../src/ports.ts';
import { noForms } from '../../support/no-forms.ts';

export const appId = '11111111-1111-4111-8111-111111111111';
export const tenant = '22222222-2222-4222-8222-222222222222';
export const channel = '19:abc@thread.tacv2';
export const nowMs = Date.UTC(2026, 10, 20, 14, 7, 0);

export const people: Catalogue['people'] = [
  { id: 'dana', name: 'Dana Whitfield', onCall: true, accounts: { teams: 'aad-dana' } },
  { id: 'lee', name: 'Lee Tanaka', onCall: false, accounts: { teams: 'aad-lee' } },
];

export type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  readonly authorization: string;
};

export type TeamsWorld = {
  readonly platform: ChatPlatform;
  readonly taken: Inbound[];
  readonly sent: Sent[];
  readonly serviceUrl: string;
  /** Statuses the connector answers next, before it goes back to success. */
  readonly failures: number[];
  readonly members: Map<string, object>;
  readonly listen: () => Promise<void>;
  readonly token: (change?: object) => Promise<string>;
  readonly deliver: (activity: object, authorization?: string | null) => Promise<Response>;
  readonly stop: () => Promise<void>;
};

export function createMemoryOutbox(): Outbox {
  const refs = new Map<string, MessageRef | null>();
  const versions = new Map<string, number>();
  return {
    begin: async (key) => {
      const ref = refs.get(key);
      if (ref) return { state: 'posted', ref };
      const state = refs.has(key) ? 'intended' : 'new';
      refs.set(key, null);
      return { state };
    },
    posted: async (key, ref) => {
      if (refs.has(key) && !refs.get(key)) refs.set(key, ref);
    },
    advance: async ({ id }, version) => {
      if (version <= (versions.get(id) ?? -1)) return false;
      versions.set(id, version);
      return true;
    },
  };
}

export async function startTeamsWorld(
  outbox: Outbox = createMemoryOutbox(),
  parts: Partial<TeamsOptions> = {},
): Promise<TeamsWorld> {
  const issuer = new OAuth2Server();
  await issuer.issuer.keys.generate('RS256');
  await issuer.start(0, '127.0.0.1');
  const oauth = `http://127.0.0.1:${issuer.address().port}`;
  const connector = startConnector();
  const connectorUrl = await listenOn(connector.server);
  const serviceUrl = `${connectorUrl}/emea/`;
  const taken: Inbound[] = [];
  const teams = await startTeams({
    environment: {
      appId,
      appPassword: 'secret',
      tenantId: tenant,
      overrides: {
        tokenUrl: `${oauth}/token`,
        openIdMetadataUrl: `${oauth}/.well-known/openid-configuration`,
        issuer: issuer.issuer.url ?? '',
        serviceOrigins: [connectorUrl],
        retryAfterMs: 1,
      },
    },
    intake: async (inbound) => {
      if (taken.some(({ key }) => key === inbound.key)) return false;
      taken.push(inbound);
      return true;
    },
    outbox,
    forms: noForms,
    clock: { nowMs: () => nowMs, waitUntil: () => Promise.resolve(), realMs: (durationMs) => durationMs },
    people,
    log: pino({ level: 'silent' }),
    ...parts,
  });
  const application = express();
  if (teams.router) application.use(teams.router);
  const ours = createServer(application);
  const url = await listenOn(ours);
  const token = (change: object = {}): Promise<string> =>
    issuer.issuer.buildToken({
      scopesOrTransform: (_header, payload) => {
        const seconds = Math.floor(Date.now() / 1000);
        Object.assign(payload, { aud: appId, serviceurl: serviceUrl, nbf: seconds - 10, exp: seconds + 600 }, change);
      },
    });
  return {
    platform: teams.platform,
    taken,
    sent: connector.sent,
    failures: connector.failures,
    members: connector.members,
    serviceUrl,
    listen: () => teams.listen(),
    token,
    deliver: async (activity, authorization) => {
      const header = authorization === undefined ? `Bearer ${await token()}` : authorization;
      return fetch(`${url}/api/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(header === null ? {} : { authorization: header }) },
        body: JSON.stringify(activity),
      });
    },
    stop: async () => {
      await teams.stop();
      await Promise.all([close(ours), close(connector.server), issuer.stop()]);
    },
  };
}

function startConnector() {
  const sent: Sent[] = [];
  const failures: number[] = [];
  const members = new Map<string, object>();
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = decodeURIComponent(request.url ?? '');
    const body = await readBody(request);
    sent.push({ method: request.method ?? '', path, body, authorization: request.headers.authorization ?? '' });
    const failure = failures.shift();
    const member = members.get(path.split('/members/')[1] ?? '');
    const missing = path.includes('/members/') && !member;
    response.statusCode = failure ?? (missing ? 404 : 201);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(member ?? { id: path.endsWith('/v3/conversations') ? 'a:direct' : `m${sent.length}` }));
  };
  const server = createServer((request, response) => void answer(request, response));
  return { server, sent, failures, members };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function listenOn(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

/** A message as Teams sends it from a channel. */
export const activityFrom = (serviceUrl: string, change: object = {}): object => ({
  type: 'message',
  id: '1700000000001',
  channelId: 'msteams',
  serviceUrl,
  from: { id: '29:dana', name: 'Dana Whitfield', aadObjectId: 'aad-dana' },
  recipient: { id: `28:${appId}`, name: 'Causeway' },
  conversation: { id: `${channel};messageid=1700000000001`, conversationType: 'channel', tenantId: tenant },
  channelData: { tenant: { id: tenant }, team: { id: '19:team' }, channel: { id: channel } },
  text: '<at>Causeway</at>&nbsp;investigate checkout',
  entities: [
    { type: 'mention', text: '<at>Causeway</at>', mentioned: { id: `28:${appId}`, name: 'Causeway' } },
    { type: 'clientInfo', locale: 'en-GB' },
  ],
  ...change,
});
