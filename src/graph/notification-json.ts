import { hash } from 'node:crypto';

/** What items of one subscription have in common. */
export interface ItemTerms {
  /** The subscription's. */
  readonly id: string;
  readonly tenantId: string;
  readonly clientState: string | null;
  readonly expiresMs: number;
}

/** The common part of a subscription's items, written once for many. */
export interface ItemFrame {
  readonly terms: ItemTerms;
  readonly head: string;
}

export function itemFrame(terms: ItemTerms): ItemFrame {
  const { id, tenantId, clientState, expiresMs } = terms;
  const head =
    `"subscriptionId":"${id}","subscriptionExpirationDateTime":"${new Date(expiresMs).toISOString()}",` +
    `"clientState":${JSON.stringify(clientState)},"tenantId":"${tenantId}"`;
  return { terms, head };
}

/**
 * An item of a change notification (Graph, "changeNotification"). `resource` names whose presence
 * changed, as captures of the real service do; echoing a list of 650 ids in each item helps nobody.
 * @param place tells this item of the subscription from every other: the same at each attempt
 * @param encryptedContent JSON, for a subscription with resource data
 */
export function changeItem(
  { terms, head }: ItemFrame,
  userId: string,
  place: string,
  encryptedContent?: string,
): string {
  const content = encryptedContent === undefined ? '' : `,"encryptedContent":${encryptedContent}`;
  return (
    `{"id":"${notificationId(terms.id, place)}",${head},"changeType":"updated",` +
    `"resource":"communications/presences('${userId}')","resourceData":{"@odata.type":"${PRESENCE_TYPE}",` +
    `"@odata.id":"users/${userId}/presence","id":"${userId}"}${content}}`
  );
}

/** An item of a lifecycle notification (Graph, "Reduce missing change notifications"). */
export function lifecycleItem({ head }: ItemFrame, event: string): string {
  return `{${head},"lifecycleEvent":"${event}"}`;
}

/** The body of a POST. Tokens come with encrypted items alone. */
export function notificationBody(
  items: readonly string[],
  validationTokens: readonly string[] = [],
): string {
  const tokens =
    validationTokens.length === 0 ? '' : `,"validationTokens":${JSON.stringify(validationTokens)}`;
  return `{"value":[${items.join(',')}]${tokens}}`;
}

/** What is encrypted: the presence as members of JSON, with whose it is before it. */
export function resourceData(userId: string, members: string): string {
  return `{"@odata.id":"users/${userId}/presence","@odata.type":"${PRESENCE_TYPE}",${members}}`;
}

/** The type's name as the real service writes it; its documents spell it in lower case. */
const PRESENCE_TYPE = '#Microsoft.Graph.presence';

/** Follows from what it names, so that a repeated item is known by its id, also after a restart. */
function notificationId(subscriptionId: string, place: string): string {
  const digest = hash('sha1', `${subscriptionId} ${place}`);
  // A GUID of version 8: made by a rule of one's own (RFC 9562, section 5.8).
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
