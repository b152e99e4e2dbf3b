/** Whether the hosts that runbooks may call can be reached with a certificate that is trusted. No request is made. */
import { readFile } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import { z } from 'zod';
import { addressesOf, isPublic } from '../../actions/http/public-address.ts';
import { action } from '../../actions/http-call.ts';
import type { Variables } from '../with-system.ts';
import { type Diagnosis, fine, problem } from './diagnosis.ts';

const patienceMs = 8_000;
const dayMs = 86_400_000;
const soonDays = 14;

type Hosts = z.output<typeof action.environment>;
const coded = z.object({ code: z.string() });
const codeOf = (error: unknown): string => coded.safeParse(error).data?.code ?? 'no answer';

/** Nothing when the action is off. */
export async function examineHttpHosts(variables: Variables, nowMs: number): Promise<readonly Diagnosis[]> {
  const hosts = action.environment.safeParse(variables);
  if (!hosts.success) return [];
  const { HTTP_ACTION_HOSTS: allowed, HTTP_ACTION_PRIVATE_HOSTS: inside = [], HTTP_ACTION_TOKENS: tokens } = hosts.data;
  const named = [...inside, ...(tokens?.split(',').map((pair) => pair.slice(0, pair.indexOf('='))) ?? [])];
  const strays = [...new Set(named)].filter((host) => !allowed.includes(host));
  return [
    ...(await Promise.all(allowed.map((host) => examineHost(host, hosts.data, nowMs)))),
    ...strays.map((host) =>
      problem(
        `http-call: ${host}`,
        'has a setting and is not allowed to be called',
        'Add it to HTTP_ACTION_HOSTS, or take it out of HTTP_ACTION_PRIVATE_HOSTS and HTTP_ACTION_TOKENS.',
      ),
    ),
  ];
}

async function examineHost(host: string, hosts: Hosts, nowMs: number): Promise<Diagnosis> {
  const name = `http-call: ${host}`;
  const { hostname, port } = new URL(`https://${host}`);
  const addresses = await addressesOf(hostname).catch(() => []);
  const [address] = addresses;
  if (address === undefined) return problem(name, 'has no address', 'Check its name in HTTP_ACTION_HOSTS.');
  if (!addresses.every(isPublic) && hosts.HTTP_ACTION_PRIVATE_HOSTS?.includes(host) !== true)
    return problem(name, 'has a private address', 'Add it to HTTP_ACTION_PRIVATE_HOSTS if it is meant to be inside.');
  const { HTTP_ACTION_CA_FILE: file } = hosts;
  try {
    const authority = file === undefined ? {} : { ca: await readFile(file, 'utf8') };
    const socket = await shakeHands({ hostname, host: address.address, port: Number(port || 443), ...authority });
    const validToMs = Date.parse(socket.getPeerCertificate().valid_to);
    socket.destroy();
    return sayUntil(name, validToMs, nowMs);
  } catch (error) {
    const fix = 'Check its port, the network path, its certificate, and HTTP_ACTION_CA_FILE.';
    return problem(name, `cannot be reached with a certificate that is trusted (${codeOf(error)})`, fix);
  }
}

function sayUntil(name: string, validToMs: number, nowMs: number): Diagnosis {
  const day = new Date(validToMs).toISOString().slice(0, 10);
  const says = `answers with a trusted certificate, valid until ${day}`;
  return validToMs - nowMs > soonDays * dayMs ? fine(name, says) : problem(name, says, 'Renew its certificate now.');
}

type Shaking = { readonly hostname: string; readonly host: string; readonly port: number; readonly ca?: string };

function shakeHands({ hostname, ...target }: Shaking): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    // A literal address has no name to ask for.
    const servername = /^[\d.]+$|:/u.test(hostname) ? {} : { servername: hostname };
    const socket = connect({ ...target, ...servername, timeout: patienceMs }, () => resolve(socket));
    socket.once('error', reject);
    socket.once('timeout', () => {
      socket.destroy();
      reject(Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' }));
    });
  });
}
