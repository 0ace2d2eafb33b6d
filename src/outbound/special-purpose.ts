import { BlockList, isIP } from 'node:net';

/**
 * Blocks that are no part of the public internet, or lead elsewhere than they seem to, each with the
 * RFC that says so: IANA's special-purpose registries (RFC 6890), whole where a registry has
 * exceptions in it, and the IPv6 forms that hold an IPv4 address.
 */
export const SPECIAL_PURPOSE_BLOCKS: readonly (readonly [block: string, source: string])[] = [
  ['0.0.0.0/8', 'RFC 1122'], // "this network"; 0.0.0.0 reaches the machine itself
  ['10.0.0.0/8', 'RFC 1918'], // private
  ['100.64.0.0/10', 'RFC 6598'], // behind a carrier's NAT
  ['127.0.0.0/8', 'RFC 1122'], // loopback
  ['169.254.0.0/16', 'RFC 3927'], // link-local; clouds serve credentials here
  ['172.16.0.0/12', 'RFC 1918'], // private
  ['192.0.0.0/24', 'RFC 6890'], // protocol assignments
  ['192.0.2.0/24', 'RFC 5737'], // documentation
  ['192.31.196.0/24', 'RFC 7535'], // AS112
  ['192.52.193.0/24', 'RFC 7450'], // AMT
  ['192.88.99.0/24', 'RFC 7526'], // 6to4 relays, deprecated
  ['192.168.0.0/16', 'RFC 1918'], // private
  ['192.175.48.0/24', 'RFC 7534'], // AS112
  ['198.18.0.0/15', 'RFC 2544'], // benchmarks
  ['198.51.100.0/24', 'RFC 5737'], // documentation
  ['203.0.113.0/24', 'RFC 5737'], // documentation
  ['224.0.0.0/4', 'RFC 5771'], // multicast
  ['240.0.0.0/4', 'RFC 1112'], // reserved
  ['255.255.255.255/32', 'RFC 919'], // broadcast
  ['::/128', 'RFC 4291'], // unspecified; reaches the machine itself
  ['::1/128', 'RFC 4291'], // loopback
  ['::/96', 'RFC 4291'], // IPv4-compatible
  ['::ffff:0:0/96', 'RFC 4291'], // IPv4-mapped
  ['::ffff:0:0:0/96', 'RFC 2765'], // IPv4-translated
  ['64:ff9b::/96', 'RFC 6052'], // NAT64
  ['64:ff9b:1::/48', 'RFC 8215'], // NAT64, local
  ['100::/64', 'RFC 6666'], // discard
  ['100:0:0:1::/64', 'RFC 9780'], // dummy
  ['2001::/23', 'RFC 2928'], // protocol assignments: Teredo, ORCHID, benchmarks
  ['2001:db8::/32', 'RFC 3849'], // documentation
  ['2002::/16', 'RFC 3056'], // 6to4: holds an IPv4 address
  ['2620:4f:8000::/48', 'RFC 7534'], // AS112
  ['3fff::/20', 'RFC 9637'], // documentation
  ['5f00::/16', 'RFC 9602'], // segment routing
  ['fc00::/7', 'RFC 4193'], // unique local
  ['fe80::/10', 'RFC 4291'], // link-local
  ['fec0::/10', 'RFC 3879'], // site-local, deprecated
  ['ff00::/8', 'RFC 4291'], // multicast
  // What is not global unicast, 2000::/3, whatever it may become.
  ['::/3', 'RFC 4291'],
  ['4000::/2', 'RFC 4291'],
  ['8000::/1', 'RFC 4291'],
];

// Apart: in one list, an IPv4 address would be found in the block of those mapped into IPv6.
const lists = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [block] of SPECIAL_PURPOSE_BLOCKS) {
  const [network = '', prefix] = block.split('/');
  lists[family(network)].addSubnet(network, Number(prefix), family(network));
}

/**
 * Whether an address is not plainly one of the public internet. That includes text that is no address
 * in the strict form of node:net, and every address with a zone: it means something on one link only.
 */
export function isSpecialPurpose(address: string): boolean {
  if (isIP(address) === 0 || address.includes('%')) return true;
  return lists[family(address)].check(address, family(address));
}

function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
