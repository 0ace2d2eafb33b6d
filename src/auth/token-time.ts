import type { Caller } from './caller.ts';
import type { TokenVerifier } from './verifier.ts';

/**
 * For a server whose clock is moved while its issuers go by the world's: tokens are judged by theirs, and end by
 * ours. Otherwise nobody could come in any more who moved the clock by an hour, be it to move it back.
 *
 * @param verifier judges by the issuers' clock
 * @param aheadMs how far our clock is ahead of that, ms
 */
export function endingByOurClock(verifier: TokenVerifier, aheadMs: () => number): TokenVerifier {
  const shifted = (caller: Caller): Caller => {
    const byMs = aheadMs();
    return byMs === 0 ? caller : { ...caller, expiresMs: caller.expiresMs + byMs };
  };
  return {
    verify(token) {
      const caller = verifier.verify(token);
      return caller instanceof Promise ? caller.then(shifted) : shifted(caller);
    },
  };
}
