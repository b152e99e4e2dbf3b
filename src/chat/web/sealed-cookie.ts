import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Json } from '../../core/json.ts';

/** A cookie that only this installation can write and read: AES-256-GCM. */
export type SealedCookie = {
  set(value: Json, options: { readonly seconds: number; readonly secure: boolean }): string;
  clear(secure: boolean): string;
  /** What is in the request's cookie, or null for none and for one that is not ours. The caller checks its shape. */
  read(header: string | undefined): unknown;
};

const cipher = 'aes-256-gcm';

export function createSealedCookie(parts: {
  readonly name: string;
  readonly secret: string;
  readonly purpose: string;
}): SealedCookie {
  const { name, secret, purpose } = parts;
  const key = Buffer.from(hkdfSync('sha256', secret, '', `causeway cookie ${purpose}`, 32));
  // Lax: people come from a link in a chat, and back from another site when they signed in.
  const attributes = (seconds: number, secure: boolean): string =>
    `Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}${secure ? '; Secure' : ''}`;
  return {
    set: (value, { seconds, secure }) => `${name}=${seal(key, JSON.stringify(value))}; ${attributes(seconds, secure)}`,
    clear: (secure) => `${name}=; ${attributes(0, secure)}`,
    read: (header) => unseal(key, cookieNamed(name, header)),
  };
}

const cookieNamed = (name: string, header: string | undefined): string | undefined =>
  header
    ?.split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1);

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(12);
  const sealing = createCipheriv(cipher, key, nonce);
  const body = Buffer.concat([sealing.update(text, 'utf8'), sealing.final()]);
  return Buffer.concat([nonce, sealing.getAuthTag(), body]).toString('base64url');
}

function unseal(key: Buffer, value: string | undefined): unknown {
  const bytes = Buffer.from(value ?? '', 'base64url');
  if (bytes.length < 29) return null;
  try {
    const opening = createDecipheriv(cipher, key, bytes.subarray(0, 12));
    opening.setAuthTag(bytes.subarray(12, 28));
    return JSON.parse(Buffer.concat([opening.update(bytes.subarray(28)), opening.final()]).toString('utf8'));
  } catch {
    return null;
  }
}
