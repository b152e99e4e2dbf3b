import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Reply } from './reply.ts';

const types: { readonly [name: string]: string } = {
  'style.css': 'text/css; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

export type Asset = { readonly type: string; readonly body: string; readonly etag: string };

/** The three files every page uses, read once. */
export function loadAssets(): ReadonlyMap<string, Asset> {
  return new Map(
    Object.entries(types).map(([name, type]) => {
      const body = readFileSync(new URL(`./static/${name}`, import.meta.url), 'utf8');
      return [name, { type, body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 16)}"` }] as const;
    }),
  );
}

/** The browser keeps a copy and asks whether it is still the one. */
export function assetReply({ type, body, etag }: Asset, ifNoneMatch: string | undefined): Reply {
  const headers = { etag, 'cache-control': 'no-cache' };
  return ifNoneMatch === etag ? { status: 304, type, body: '', headers } : { status: 200, type, body, headers };
}
