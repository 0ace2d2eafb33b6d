import { isIP } from 'node:net';

/** Whether a host is this machine and no other: as a URL has it (IPv6 in brackets), or as it is listened on. */
export function isLoopback(host: string): boolean {
  return (
    host === 'localhost' ||
    host === '::1' ||
    host === '[::1]' ||
    (isIP(host) === 4 && host.startsWith('127.'))
  );
}
