import { decodeProtectedHeader, errors } from 'jose';
import { quoted } from './claims.ts';
import { IssuerUnavailable, Unauthenticated } from './errors.ts';
import type { TrustedIssuer } from './trusted-issuer.ts';

/**
 * What the caller is told when jose turned a token down: which check failed, in one sentence. The
 * original error goes along as the cause, for the log.
 */
export function refusal(
  error: unknown,
  token: string,
  issuer: TrustedIssuer,
): Unauthenticated | IssuerUnavailable {
  if (error instanceof IssuerUnavailable || error instanceof Unauthenticated) return error;
  return new Unauthenticated(sentence(error, token, issuer), { cause: error });
}

function sentence(error: unknown, token: string, { name }: TrustedIssuer): string {
  if (error instanceof errors.JWTExpired) {
    return `The token expired at ${instant(error.payload.exp)}.`;
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return `The token has no ${error.claim}.`;
    if (error.claim === 'nbf' && error.reason === 'check_failed') {
      return `The token is not valid before ${instant(error.payload.nbf)}.`;
    }
    return `The token's ${error.claim} is not a time in seconds.`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return `The token is signed with key ${quoted(decodeProtectedHeader(token).kid)}, which ${name} does not publish.`;
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return `The token names no key (kid), and ${name} publishes several.`;
  }
  if (error instanceof errors.JWTInvalid || error instanceof errors.JWSInvalid) {
    return 'The token is not a well-formed JSON Web Token.';
  }
  // Entra signs its tokens for Microsoft Graph itself over another header than the one it sends.
  const forMicrosoft = 'nonce' in decodeProtectedHeader(token);
  return forMicrosoft
    ? `The token's signature is not one of ${name}; it looks like a token for Microsoft's own Graph, which only Microsoft can check: ask for one with an audience of your own.`
    : `The token's signature is not one of ${name}.`;
}

function instant(seconds: number | undefined): string {
  const date = new Date((seconds ?? Number.NaN) * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString();
}
