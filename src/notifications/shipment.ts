import { NO_FACTS } from '../engine/facts.ts';
import { changeItem, notificationBody, resourceData } from '../graph/notification-json.ts';
import { presenceJson } from '../graph/presence-json.ts';
import type { FeedItem } from '../store/store.ts';
import type { Encryptor, ValidationTokens } from './encryptor.ts';
import type { Lane } from './lane.ts';
import type { Subscriber } from './subscriber.ts';

/** What one POST carries of one lane. */
export interface Part {
  readonly lane: Lane;
  readonly items: readonly FeedItem[];
}

/** Bodies stay below what common frameworks take without being told to (Express: 100 KB). */
const MOST_BYTES = 96 * 1024;
/** What an item takes beside what its subscription adds. */
const ITEM_BYTES = 300;
/** The same for its encrypted content; to this comes the key, which is as long as the receiver's. */
const ENCRYPTED_BYTES = 220;
/** Of what is encrypted, beside texts that people write. */
const PLAIN_BYTES = 110;
const PROPERTY_BYTES = 90;
/** A validation token, with a long address of its issuer. */
const TOKEN_BYTES = 1300;

/**
 * Takes what goes into the next POST: the first items of the lanes, in turn, as many as fit.
 * @param limit items at most
 * @param isDue whether it may go now; what comes after it waits for it
 */
export function takeShipment(
  lanes: Iterable<Lane>,
  limit: number,
  isDue: (lane: Lane, item: FeedItem) => boolean = () => true,
): readonly Part[] {
  const parts: Part[] = [];
  const apps = new Set<string>();
  let leftItems = limit;
  let leftBytes = MOST_BYTES;
  let isFull = false;
  for (const lane of lanes) {
    const { subscriber } = lane;
    const { appId } = subscriber.subscription;
    const each = bytesOfItem(subscriber);
    const items = lane.take(leftItems, (item) => {
      if (!isDue(lane, item)) return false;
      const isSigned = subscriber.recipient === undefined || apps.has(appId);
      const bytes = each + bytesOfTexts(subscriber, item) + (isSigned ? 0 : TOKEN_BYTES);
      // One item goes alone, however long its texts.
      isFull = bytes > leftBytes && leftBytes < MOST_BYTES;
      if (isFull) return false;
      leftBytes -= bytes;
      if (!isSigned) apps.add(appId);
      return true;
    });
    if (items.length > 0) parts.push({ lane, items });
    leftItems -= items.length;
    if (leftItems <= 0 || isFull) break;
  }
  return parts;
}

/** What the items of a lane have in common. */
function bytesOfItem({ subscription, recipient, frame }: Subscriber): number {
  const bytes = ITEM_BYTES + Buffer.byteLength(frame.head);
  if (recipient === undefined) return bytes;
  const { certificateId, publicKey } = recipient;
  const plain = PLAIN_BYTES + PROPERTY_BYTES * subscription.properties.length;
  return bytes + ENCRYPTED_BYTES + publicKey.length + bytesOfText(certificateId) + base64(plain);
}

/** What people wrote, as far as it is in the item. */
function bytesOfTexts({ subscription, recipient }: Subscriber, { change }: FeedItem): number {
  if (recipient === undefined) return 0;
  const { statusMessage, outOfOfficeMessage } = change.after;
  const { properties } = subscription;
  const texts = [
    properties.includes('statusMessage') ? statusMessage?.content : null,
    properties.includes('outOfOfficeSettings') ? outOfOfficeMessage : null,
  ];
  return texts.reduce((bytes, text) => bytes + (text ? base64(bytesOfText(text)) : 0), 0);
}

const base64 = (bytes: number) => Math.ceil((bytes * 4) / 3);

function bytesOfText(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
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
    const { recipient, subscription, frame } = lane.subscriber;
    if (recipient === undefined) {
      for (const entry of entries) items.push(changeItem(frame, entry.userId, placeOf(entry)));
      continue;
    }
    validationTokens.add(await tokens.tokenFor(subscription.tenantId, subscription.appId));
    const plaintexts = entries.map((entry) => plaintext(lane, entry));
    const encrypted = await encryptor.encrypt(recipient, plaintexts);
    for (const [at, entry] of entries.entries()) {
      items.push(changeItem(frame, entry.userId, placeOf(entry), encrypted[at]));
    }
  }
  return notificationBody(items, [...validationTokens]);
}

/** Each partition's feed counts for itself. The first one's places go alone, as they did when it was the only one. */
function placeOf({ partition, cursor }: FeedItem): string {
  return partition === 0 ? cursor : `${partition} ${cursor}`;
}

/** The presence that the change left: the state then, not the one at the time of sending. */
function plaintext({ subscription }: Lane, { userId, change }: FeedItem): string {
  const { after: presence, number } = change;
  const record = { facts: NO_FACTS, presence, number, untilMs: 0 };
  return resourceData(userId, presenceJson(userId, record, 'other', subscription.properties));
}
