import type { OutboundResult } from './outbound.ts';
import { ConnectedElsewhere, ForbiddenAddress } from './vetted-lookup.ts';

/** How far a request got. */
export type Phase =
  | 'waiting for its turn'
  | 'looking the name up'
  | 'connecting'
  | 'agreeing on TLS'
  | 'waiting for the answer'
  | 'reading the answer';

/** What went wrong, as the interface tells it. */
export interface Failure {
  readonly kind: 'failed';
  readonly code: Extract<OutboundResult, { kind: 'failed' }>['code'];
  readonly reason: string;
}

/** What comes of the network during a handshake, rather than of what the other side shows. */
const BROKEN = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'];

export function failed(code: Failure['code'], reason: string): Failure {
  return { kind: 'failed', code, reason };
}

/**
 * Puts what Node throws in terms of the interface. Only the error's code goes into the reason: messages
 * name addresses, and quote from certificates, which are nobody else's business.
 */
export function failureOf(error: NodeJS.ErrnoException, phase: Phase): Failure {
  const { code = 'no code' } = error;
  if (error instanceof ForbiddenAddress) return failed('forbidden', error.message);
  if (error instanceof ConnectedElsewhere) return failed('unreachable', error.message);
  if (code === 'HPE_HEADER_OVERFLOW')
    return failed('too large', 'the header of the answer is too large');
  if (code.startsWith('HPE_')) return failed('malformed', `the answer is not HTTP (${code})`);
  if (phase === 'agreeing on TLS' && !BROKEN.includes(code)) {
    return failed('tls', `no trusted TLS connection (${code})`);
  }
  if (/^(EPROTO|ERR_SSL_)/.test(code)) return failed('tls', `the TLS connection broke (${code})`);
  return failed('unreachable', `it broke while ${phase} (${code})`);
}
