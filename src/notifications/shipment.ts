import { NO_FACTS } from '../engine/facts.ts';
import { changeItem, notificationBody, resourceData } from '../graph/notification-json.ts';
import { presenceJson } from '../graph/presence-json.ts';
import type { FeedItem } from '../store/store.ts';
import type { Encryptor, ValidationTokens } from './encryptor.ts';
import type { Lane } from './lane.ts';

/** What one POST carries of one lane. */
export interface Part {
  readonly lane: Lane;
  readonly items: readonly FeedItem[];
}

/** Bodies stay below what common frameworks take without being told to (Express: 100 KB). */
const MOST_BYTES = 96 * 1024;
/** About what an item takes, without what its subscription adds. */
const ITEM_BYTES = 480;
/** The same for its encrypted content; to this comes the key, which is as long as the receiver's. */
const ENCRYPTED_BYTES = 450;

/**
 * Takes what goes into the next POST: the first items of the lanes, in turn, as many as fit.
 * @param limit items at most
 */
export function takeShipment(lanes: Iterable<Lane>, limit: number): readonly Part[] {
  const parts: Part[] = [];
  let leftItems = limit;
  let leftBytes = MOST_BYTES;
  for (const lane of lanes) {
    const each = bytesOfItem(lane);
    const fit = Math.min(leftItems, Math.floor(leftBytes / each));
    // One item goes alone, however long its client state.
    const items = lane.take(parts.length === 0 ? Math.max(1, fit) : fit);
    if (items.length === 0) continue;
    parts.push({ lane, items });
    leftItems -= items.length;
    leftBytes -= items.length * each;
    if (leftItems <= 0 || leftBytes < ITEM_BYTES) break;
  }
  return parts;
}

function bytesOfItem({ subscription, recipient }: Lane): number {
  const { clientState, properties } = subscription;
  const bytes = ITEM_BYTES + (clientState?.length ?? 0);
  if (recipient === undefined) return bytes;
  return bytes + ENCRYPTED_BYTES + recipient.publicKey.length + 50 * properties.length;
}

/** The POST's body. Rejects when something can't be encrypted or signed. */
export async function shipmentBody(
  parts: readonly Part[],
  encryptor: Encryptor,
  tokens: ValidationTokens,
): Promise<string> {
  const items: string[] = [];
  const validationTokens = new Set<string>();
  for (const { lane, items: entries } of parts) {
    const { recipient, subscription, frame } = lane;
    if (recipient === undefined) {
      for (const { userId, cursor } of entries) items.push(changeItem(frame, userId, cursor));
      continue;
    }
    validationTokens.add(await tokens.tokenFor(subscription.tenantId, subscription.appId));
    const plaintexts = entries.map((entry) => plaintext(lane, entry));
    const encrypted = await encryptor.encrypt(recipient, plaintexts);
    for (const [at, { userId, cursor }] of entries.entries()) {
      items.push(changeItem(frame, userId, cursor, encrypted[at]));
    }
  }
  return notificationBody(items, [...validationTokens]);
}

/** The presence that the change left: the state then, not the one at the time of sending. */
function plaintext({ subscription }: Lane, { userId, change }: FeedItem): string {
  const { after: presence, number } = change;
  const record = { facts: NO_FACTS, presence, number, untilMs: 0 };
  return resourceData(userId, presenceJson(userId, record, 'other', subscription.properties));
}
