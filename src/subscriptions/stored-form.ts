import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { PRESENCE_PROPERTIES } from '../graph/presence-json.ts';
import { formatOf, jsonOf } from '../store/document-json.ts';
import { StoreUnusable } from '../store/errors.ts';
import type { Subscription } from './subscription.ts';

/** Where subscriptions are kept: one document for each, under its id. */
export const SUBSCRIPTIONS = 'subscriptions';

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

const nullableString = Type.Union([Type.String(), Type.Null()]);

const stored = Compile(
  Type.Object({
    format: Type.Literal(FORMAT),
    id: Type.String(),
    tenantId: Type.String(),
    appId: Type.String(),
    userId: nullableString,
    resource: Type.String(),
    scope: Type.Union([Type.Literal('tenant'), Type.Array(Type.String())]),
    properties: Type.Array(Type.Union(PRESENCE_PROPERTIES.map((name) => Type.Literal(name)))),
    delivery: Type.Union([Type.Literal('latest'), Type.Literal('each')]),
    clientState: nullableString,
    notificationUrl: Type.String(),
    lifecycleNotificationUrl: nullableString,
    createdMs: Type.Number(),
    renewedMs: Type.Number(),
    expiresMs: Type.Number(),
    authorizedMs: Type.Number(),
    authorizedUntilMs: Type.Number(),
    reauthorizationAskedForMs: Type.Number(),
    includeResourceData: Type.Boolean(),
    encryptionCertificate: nullableString,
    encryptionCertificateId: nullableString,
    latestSupportedTlsVersion: nullableString,
    notificationQueryOptions: nullableString,
    notificationUrlAppId: nullableString,
    // Earlier versions kept it with the delivery.
    begins: Type.Optional(Type.String()),
  }),
);

/** The text of a subscription's document. */
export function storedText(subscription: Subscription): string {
  return JSON.stringify({ format: FORMAT, ...subscription });
}

/**
 * The subscription of a document.
 * @throws StoreUnusable when it isn't one, or of a format that a newer Porchlight writes
 */
export function parseStored(id: string, text: string): Subscription {
  const place = `${SUBSCRIPTIONS}/${id}`;
  const value = jsonOf(text);
  if (formatOf(value) > FORMAT) {
    throw new StoreUnusable('StoreNewer', place, 'written by a newer Porchlight.');
  }
  if (!stored.Check(value) || value.id !== id) {
    throw new StoreUnusable('StoreDamaged', place, 'is not a subscription.');
  }
  const { format: _, begins = '', ...subscription } = value;
  return { ...subscription, begins };
}
