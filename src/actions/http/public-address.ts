import { promises as dns, type LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';

/** Special ranges that are not the public internet: https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-. */
const special = {
  4: [
    ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
    ['192.0.2.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/3'],
  ].flat(),
  6: [
    ['::/96', '::ffff:0:0/96', '64:ff9b::/96', '64:ff9b:1::/48', '100::/64', '2001::/23', '2001:db8::/32'],
    ['2002::/16', 'fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8'],
  ].flat(),
};

/** One list for each family: in a shared one the range of mapped addresses would hold every IPv4 address. */
function listOf(family: 4 | 6): BlockList {
  const list = new BlockList();
  for (const range of special[family]) {
    const [network = '', prefix] = range.split('/');
    list.addSubnet(network, Number(prefix), `ipv${family}`);
  }
  return list;
}
const inside = { 4: listOf(4), 6: listOf(6) };

export const isPublic = ({ address, family }: LookupAddress): boolean =>
  family === 6 ? !inside[6].check(address, 'ipv6') : !inside[4].check(address, 'ipv4');

/** Every address of a host name or a literal address. Rejects as Node does when there is none. */
export async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const literal = host.replace(/^\[|\]$/gu, '');
  const family = isIP(literal);
  return family === 0 ? dns.lookup(literal, { all: true }) : [{ address: literal, family }];
}
