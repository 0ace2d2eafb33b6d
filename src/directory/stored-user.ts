import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { formatOf, jsonOf } from '../store/document-json.ts';
import { StoreUnusable } from '../store/errors.ts';
import { type User, userWith } from './user.ts';

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

const text = Type.Optional(Type.String());

const stored = Compile(
  Type.Object({
    format: Type.Literal(FORMAT),
    source: Type.Union([Type.Literal('token'), Type.Literal('scim')]),
    userPrincipalName: text,
    displayName: text,
    givenName: text,
    surname: text,
    mail: text,
    jobTitle: text,
    groups: Type.Optional(Type.Array(Type.String())),
    isActive: Type.Optional(Type.Boolean()),
    externalId: text,
  }),
);

/** Where the users of a tenant are kept: one document for each, under its id. */
export function directoryCollection(tenantId: string): string {
  return `directory ${tenantId}`;
}

/** The collection of the names of a tenant, each kept for who has it. */
export function nameCollection(tenantId: string): string {
  return `directory-name ${tenantId}`;
}

/** The text of a user's document. What isn't known, or is as with most, is left out. */
export function storedText(user: User): string {
  return JSON.stringify({
    format: FORMAT,
    source: user.source,
    userPrincipalName: user.userPrincipalName ?? undefined,
    displayName: user.displayName ?? undefined,
    givenName: user.givenName ?? undefined,
    surname: user.surname ?? undefined,
    mail: user.mail ?? undefined,
    jobTitle: user.jobTitle ?? undefined,
    groups: user.groups.length === 0 ? undefined : user.groups,
    isActive: user.isActive ? undefined : false,
    externalId: user.externalId ?? undefined,
  });
}

/**
 * The user of a document; of fields that aren't known here, nothing is taken in.
 * @throws StoreUnusable when it isn't one, or of a format that a newer Porchlight writes
 */
export function parseStoredUser(collection: string, id: string, text: string): User {
  const place = `${collection}/${id}`;
  const value = jsonOf(text);
  if (formatOf(value) > FORMAT) {
    throw new StoreUnusable('StoreNewer', place, 'written by a newer Porchlight.');
  }
  if (!stored.Check(value)) throw new StoreUnusable('StoreDamaged', place, 'is not a user.');
  return userWith({ ...value, id });
}
