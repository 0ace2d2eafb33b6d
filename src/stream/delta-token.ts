import { hash } from 'node:crypto';
import { invalidArgument } from '../graph/error.ts';
import { isGuid } from '../graph/guid.ts';
import { type Place, placeText } from '../store/place.ts';
import type { Asked } from './asked.ts';
import { placeFrom } from './place.ts';

/** Where a client stands in its round of changes. */
export interface DeltaState {
  /** After which changes are still to be told: a cursor for each partition asked about. */
  readonly place: Place;
  /** While everyone of a tenant is being listed: the last user listed. */
  readonly lastUserId?: string;
}

const MALFORMED = '[Token]: This is no token of a delta link.';

/**
 * A token holds for the users that it was made for; it grants nothing. Places in the feeds of `several`
 * partitions may be long, and stand in it as they are.
 */
export function deltaToken(
  { place, lastUserId }: DeltaState,
  digest: string,
  several: boolean,
): string {
  const parts = [digest, placeText(place), ...(lastUserId === undefined ? [] : [lastUserId])];
  return several ? parts.join('.') : Buffer.from(parts.join(' ')).toString('base64url');
}

/**
 * What a token says that was made for so many partitions; undefined for one of another store.
 * @throws GraphError 400 for a token of other users, and for what is no token
 */
export function readDeltaToken(
  token: string,
  digest: string,
  partitions: number,
): DeltaState | undefined {
  const [tokensDigest = '', text, lastUserId, more] = token.includes('.')
    ? token.split('.')
    : Buffer.from(token, 'base64url').toString('latin1').split(' ');
  if (text === undefined || more !== undefined) throw invalidArgument(MALFORMED);
  const isForeign = tokensDigest !== digest;
  if (isForeign) throw invalidArgument('[Token]: The token was given for other ids.');
  if (lastUserId !== undefined && (!isGuid(lastUserId) || lastUserId !== lastUserId.toLowerCase()))
    throw invalidArgument(MALFORMED);
  const place = placeFrom(text, partitions, 'Token');
  return place && { place, ...(lastUserId !== undefined && { lastUserId }) };
}

/** Tells one list of users from another, in whatever order they stand. */
export function digestOf(tenantId: string, asked: Asked): string {
  const names = asked === 'tenant' ? asked : [...asked.names].sort();
  return hash('sha256', JSON.stringify([tenantId, names]), 'base64url').slice(0, 22);
}
