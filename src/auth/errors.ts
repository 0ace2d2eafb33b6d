/** The token is missing or not acceptable: 401. The message says which check failed, never more. */
export class Unauthenticated extends Error {
  readonly code = 'InvalidAuthenticationToken';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unauthenticated';
  }
}

/** A configured issuer's keys can't be had now, so no token of it can be judged: 503. */
export class IssuerUnavailable extends Error {
  readonly code = 'IssuerUnavailable';

  constructor(issuer: string, options?: ErrorOptions) {
    super(`the signing keys of ${issuer} can't be fetched now`, options);
    this.name = 'IssuerUnavailable';
  }
}
