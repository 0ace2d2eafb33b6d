import type { RedisOptions } from 'ioredis';
import type { Address } from './address.ts';

/** How a server lets us in. */
export type Access = Pick<RedisOptions, 'username' | 'password' | 'tls' | 'db'>;

/** To the servers that have the data. */
export function accessTo({ isSecure, username, password, db }: Address): Access {
  return { ...accessAs(isSecure, username, password), db };
}

/** To those that name them: sentinels have users of their own. */
export function accessToSentinels(address: Address & { readonly kind: 'sentinel' }): Access {
  return accessAs(address.isSecure, address.sentinelUser, address.sentinelPassword);
}

function accessAs(
  isSecure: boolean,
  username: string | undefined,
  password: string | undefined,
): Access {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(isSecure && { tls: {} }),
  };
}
