/** Checks AWS Signature Version 4 as the vendor does (docs.aws.amazon.com/IAM: create-signed-request), for one key. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export type Signed = {
  readonly method: string;
  /** As sent, encoded. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

export type Signer = {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
  readonly service: string;
};

const form =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,]+), SignedHeaders=(?<signed>[a-z0-9;-]+), Signature=(?<signature>[0-9a-f]{64})$/u;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const sign = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/** What is wrong with the signature, or null. */
export function signatureProblem({ method, path, headers, body }: Signed, signer: Signer): string | null {
  const parts = form.exec(headers.authorization ?? '')?.groups;
  if (!parts) return `the authorization is not of the form of SigV4: ${headers.authorization}`;
  const date = String(headers['x-amz-date']);
  if (!/^\d{8}T\d{6}Z$/u.test(date)) return `x-amz-date is ${date}`;
  const scope = `${date.slice(0, 8)}/${signer.region}/${signer.service}/aws4_request`;
  if (parts['credential'] !== `${signer.accessKeyId}/${scope}`) return `the credential is ${parts['credential']}`;
  const names = (parts['signed'] ?? '').split(';');
  for (const needed of ['host', 'x-amz-date']) if (!names.includes(needed)) return `${needed} is not signed`;
  const canonical = [
    method,
    path.split('/').map(encodeURIComponent).join('/'),
    '',
    ...names.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names.join(';'),
    hash(body),
  ].join('\n');
  const key = [scope.split('/')]
    .flat()
    .reduce<string | Buffer>((secret, part) => sign(secret, part), `AWS4${signer.secretAccessKey}`);
  const expected = sign(key, ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n')).toString('hex');
  return expected === parts['signature'] ? null : 'the signature does not match';
}
