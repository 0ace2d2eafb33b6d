import { IssuerUnavailable, Unauthenticated } from './auth/errors.ts';
import { GraphError } from './graph/error.ts';
import { StoreUnavailable } from './store/errors.ts';

/** Seconds a caller waits before it asks an issuer's keys to be tried again. */
const ISSUER_RETRY_AFTER_S = '5';

/**
 * The one place where anything thrown becomes an answer. What isn't known here is 500 without a word
 * about what happened: the caller gets a request id, the log gets the error.
 */
export function toGraphError(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  if (error instanceof Unauthenticated) {
    const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return new GraphError(401, 'InvalidAuthenticationToken', error.message, challenge);
  }
  if (error instanceof StoreUnavailable) {
    const retryAfter = { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
    const message = error.mayBeKept
      ? 'The presence store does not answer. Whether this was kept is not known; try again later.'
      : 'The presence store is not available now. Nothing was changed; try again later.';
    return new GraphError(503, 'ServiceUnavailable', message, retryAfter);
  }
  if (error instanceof IssuerUnavailable) {
    const retryAfter = { 'retry-after': ISSUER_RETRY_AFTER_S };
    return new GraphError(
      503,
      'ServiceUnavailable',
      `Try again later: ${error.message}.`,
      retryAfter,
    );
  }
  return new GraphError(
    500,
    'InternalServerError',
    'Something went wrong here. The log knows more.',
  );
}
