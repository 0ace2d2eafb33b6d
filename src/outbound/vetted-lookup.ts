import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** All addresses of a host, in the order they should be tried. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** As the machine resolves names, its hosts file included. */
export const resolveAsMachine: Resolve = async (host) => {
  const answers = await lookup(host, { all: true, verbatim: true });
  return answers.map(({ address }) => address);
};

/** A name has an address that may not be reached. */
export class ForbiddenAddress extends Error {
  constructor() {
    // Which address stays unsaid: whoever named the host would learn what it is called inside.
    super('the host has an address that may not be reached');
    this.name = 'ForbiddenAddress';
  }
}

/** A name has no address. */
class NoAddress extends Error {
  readonly code = 'ENOTFOUND';
  constructor() {
    super('the host has no address');
    this.name = 'NoAddress';
  }
}

/** A connection was made to an address other than those that were checked. */
export class ConnectedElsewhere extends Error {
  constructor() {
    super('it was connected to another address than was asked for');
    this.name = 'ConnectedElsewhere';
  }
}

/** The addresses that one connection may go to. */
export class Vetted {
  readonly #addresses = new BlockList();

  add(address: string): void {
    this.#addresses.addAddress(withoutZone(address), familyName(address));
  }

  /** In any spelling of the address. */
  has(address: string | undefined): boolean {
    if (address === undefined || isIP(address) === 0) return false;
    return this.#addresses.check(withoutZone(address), familyName(address));
  }
}

export interface VettedLookupOptions {
  readonly resolve: Resolve;
  readonly mayReach: (address: string) => boolean;
  /** Is told what the socket is told. */
  readonly vetted: Vetted;
}

/**
 * The look-up of one socket. What it answers is what was checked, and the only answer the socket gets,
 * so there is no second one that could differ. One forbidden address forbids them all: which of them
 * would be tried depends on the network and the moment.
 */
export function vettedLookup({ resolve, mayReach, vetted }: VettedLookupOptions): LookupFunction {
  const vet = async (host: string) => {
    const addresses = await resolve(host);
    const [first] = addresses;
    if (first === undefined) throw new NoAddress();
    if (!addresses.every(mayReach)) throw new ForbiddenAddress();
    for (const address of addresses) vetted.add(address);
    return { first, all: addresses.map((address) => ({ address, family: isIP(address) })) };
  };
  return (host, options, callback) => {
    vet(host).then(
      ({ first, all }) => (options.all ? callback(null, all) : callback(null, first, isIP(first))),
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}

function withoutZone(address: string): string {
  return address.replace(/%.*$/, '');
}

function familyName(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6';
}
