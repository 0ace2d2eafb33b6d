import { isWellFormed } from '../graph/unicode.ts';

/** What a token says of its user's names; left out what it doesn't say, or not in a form that could be one. */
export interface ClaimedNames {
  readonly userPrincipalName?: string;
  readonly displayName?: string;
  readonly givenName?: string;
  readonly surname?: string;
  readonly mail?: string;
}

/** A longer one is nobody's name. */
const LONGEST_NAME = 256;

/** By what one signs in: no spaces, and nothing that a path would take for something else. */
const SIGN_IN_NAME = /^[^\s/?#]+$/;
const MAIL = /^[^@\s]+@[^@\s]+$/;
const CONTROL = /\p{Cc}/u;

/** By Entra's names of claims: v2, v1; and OpenID Connect Core 1.0, section 5.1, which has most of them too. */
const SIGN_IN_CLAIMS = ['upn', 'preferred_username', 'unique_name'];

/** The names in the claims of a delegated token. */
export function claimedNames(claims: Readonly<Record<string, unknown>>): ClaimedNames {
  const signIn = SIGN_IN_CLAIMS.map((claim) => nameIn(claims, claim, SIGN_IN_NAME));
  return {
    // One that others can be reached by, if there is one: some issuers call people by a bare word.
    ...named('userPrincipalName', signIn.find((name) => name?.includes('@')) ?? firstOf(signIn)),
    ...named('displayName', nameIn(claims, 'name')),
    ...named('givenName', nameIn(claims, 'given_name')),
    ...named('surname', nameIn(claims, 'family_name')),
    ...named('mail', nameIn(claims, 'email', MAIL)),
  };
}

function nameIn(
  claims: Readonly<Record<string, unknown>>,
  claim: string,
  shape?: RegExp,
): string | undefined {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  if (name === '' || name.length > LONGEST_NAME) return undefined;
  if (CONTROL.test(name) || !isWellFormed(name)) return undefined;
  return shape === undefined || shape.test(name) ? name : undefined;
}

function firstOf(names: readonly (string | undefined)[]): string | undefined {
  return names.find((name) => name !== undefined);
}

function named(field: keyof ClaimedNames, name: string | undefined): ClaimedNames {
  return name === undefined ? {} : { [field]: name };
}
