import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';

/**
 * What a TLS server's certificate may lead to: the authorities this Node trusts by default, those of
 * NODE_EXTRA_CA_CERTS among them, and the ones added, PEM. Node takes a list of authorities in place
 * of its own, not beside it, so they are put together here.
 */
export function authorities(added: readonly string[]): string[] {
  return [...defaultAuthorities(), ...added];
}

function defaultAuthorities(): readonly string[] {
  // Node has a function for it since 22.15.
  const { getCACertificates } = tls as typeof tls & {
    getCACertificates?: (type: 'default') => string[];
  };
  if (getCACertificates !== undefined) return getCACertificates('default');
  const file = process.env.NODE_EXTRA_CA_CERTS;
  return [...tls.rootCertificates, ...(file ? readExtra(file) : [])];
}

function readExtra(file: string): string[] {
  try {
    return [readFileSync(file, 'utf8')];
  } catch {
    // Node warned about it when it started, and went on without.
    return [];
  }
}
