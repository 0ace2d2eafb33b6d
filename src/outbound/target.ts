import { isIP } from 'node:net';
import { isLoopback } from '../graph/loopback.ts';
import { isSpecialPurpose } from './special-purpose.ts';

/** What is allowed beyond https to public addresses. */
export interface TargetRules {
  /** As `allowedOrigin` gives them. */
  readonly allowedOrigins: ReadonlySet<string>;
  /** For development: loopback may be reached by its own names and addresses, with http or https. */
  readonly allowHttpToLoopback: boolean;
}

/** The addresses a host may turn out to have. */
export type Reach = 'public' | 'loopback' | 'any';

/** Where a request goes. */
export interface Target {
  readonly url: URL;
  /** The URL's host as sockets take it: IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  readonly reach: Reach;
}

/**
 * What an exception to the rules means, as an origin in canonical form: `host:port` for https there,
 * `http://host:port` for plain http there; undefined for anything else. IPv6 stands in brackets.
 */
export function allowedOrigin(entry: string): string | undefined {
  const text = entry.includes('://') ? entry : `https://${entry}`;
  if (!/^https?:\/\/[^/?#@*\\]+:\d+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text).origin;
}

/** Whether a host with this reach may be connected to at an address. */
export function mayReach(reach: Reach, address: string): boolean {
  switch (reach) {
    case 'any':
      return isIP(address) !== 0;
    case 'loopback':
      return isLoopback(address);
    case 'public':
      return !isSpecialPurpose(address);
  }
}

/**
 * Reads a URL into where to connect, or says in words why that is forbidden. `new URL` brings every
 * spelling of a host into one form first (WHATWG URL, host parsing), so that nothing is compared with,
 * or connected to, a spelling of the caller's.
 */
export function targetOf(text: string, rules: TargetRules): Target | string {
  if (!URL.canParse(text)) return 'it is not an absolute URL';
  const url = new URL(text);
  const { protocol, hostname } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return 'only https is sent to';
  if (url.username !== '' || url.password !== '') return 'the URL holds credentials';

  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (protocol === 'https:' ? 443 : 80));
  if (rules.allowedOrigins.has(url.origin)) return { url, host, port, reach: 'any' };

  const isLocal = isLoopbackHost(host);
  if (isLocal && rules.allowHttpToLoopback) return { url, host, port, reach: 'loopback' };
  if (protocol === 'http:') return 'only https is sent to';
  if (isLocal) return `${hostname} is this machine`;
  if (isIP(host) !== 0 && isSpecialPurpose(host)) {
    return `${hostname} is an address of special purpose, none of the public internet`;
  }
  return { url, host, port, reach: 'public' };
}

/** localhost and all below it are this machine, whatever DNS says (RFC 6761, section 6.3). */
function isLoopbackHost(host: string): boolean {
  const name = host.replace(/\.+$/, '');
  return isLoopback(name) || name.endsWith('.localhost');
}
