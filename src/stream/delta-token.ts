import { hash } from 'node:crypto';
import { invalidArgument } from '../graph/error.ts';
import { isGuid } from '../graph/guid.ts';
import type { FeedCursor } from '../store/store.ts';
import type { Asked } from './asked.ts';
import { placeFrom } from './place.ts';

/** Where a client stands in its round of changes. */
export interface DeltaState {
  /** The place in the feed after which changes are still to be told. */
  readonly cursor: FeedCursor;
  /** While everyone of a tenant is being listed: the last user listed. */
  readonly lastUserId?: string;
}

const MALFORMED = '[Token]: This is no token of a delta link.';

/** A token holds for the users that it was made for; it grants nothing. */
export function deltaToken({ cursor, lastUserId }: DeltaState, digest: string): string {
  const parts = lastUserId === undefined ? [digest, cursor] : [digest, cursor, lastUserId];
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/** @throws GraphError 400 for a token of other users, and for what is no token */
export function readDeltaToken(token: string, digest: string): DeltaState {
  const [tokensDigest = '', cursor, lastUserId, more] = Buffer.from(token, 'base64url')
    .toString('latin1')
    .split(' ');
  if (cursor === undefined || more !== undefined) throw invalidArgument(MALFORMED);
  const isForeign = tokensDigest !== digest;
  if (isForeign) throw invalidArgument('[Token]: The token was given for other ids.');
  const state = { cursor: placeFrom(cursor, 'Token') };
  if (lastUserId === undefined) return state;
  if (!isGuid(lastUserId) || lastUserId !== lastUserId.toLowerCase())
    throw invalidArgument(MALFORMED);
  return { ...state, lastUserId };
}

/** Tells one list of users from another, in whatever order they stand. */
export function digestOf(tenantId: string, asked: Asked): string {
  const names = asked === 'tenant' ? asked : [...asked.names].sort();
  return hash('sha256', JSON.stringify([tenantId, names]), 'base64url').slice(0, 22);
}
