import { keepLetter, LETTERS, letterOf } from '../notifications/letter.ts';
import { readDelivery } from '../notifications/progress.ts';
import type { DocumentEdit, PresenceStore } from '../store/store.ts';
import { parseStored, SUBSCRIPTIONS, storedText } from '../subscriptions/stored-form.ts';

/** Collections that mean the same in any store. */
const AS_THEY_ARE = [LETTERS];

/** Documents in one write. */
const SLICE = 500;

export interface CopiedDocuments {
  readonly subscriptions: number;
  /** Of these, how many had notifications waiting, which their applications are told are missed. */
  readonly missed: number;
}

/**
 * Copies subscriptions and what else is kept beside presence. Places in the feed mean nothing elsewhere, so
 * what still waited to be delivered isn't copied: it is announced as missed.
 */
export async function copyDocuments(
  from: PresenceStore,
  to: PresenceStore,
  nowMs: number,
): Promise<CopiedDocuments> {
  const edits: DocumentEdit[] = [];
  for (const collection of AS_THEY_ARE) {
    for (const [id, text] of await from.documents.all(collection)) {
      edits.push({ collection, id, text });
    }
  }
  const waiting = await waitingIn(from);
  let subscriptions = 0;
  let missed = 0;
  for (const [id, text] of await from.documents.all(SUBSCRIPTIONS)) {
    const subscription = { ...parseStored(id, text), begins: '' };
    subscriptions++;
    edits.push({ collection: SUBSCRIPTIONS, id, text: storedText(subscription) });
    if (waiting !== 'all' && !waiting.has(id)) continue;
    missed++;
    const letter = letterOf(subscription, 'missed', nowMs, Math.random());
    if (letter !== undefined) edits.push(keepLetter(letter));
  }
  for (let at = 0; at < edits.length; at += SLICE) {
    await to.documents.write(edits.slice(at, at + SLICE));
  }
  return { subscriptions, missed };
}

/** For which subscriptions something may not have been delivered; all, when a server didn't stop in order. */
async function waitingIn(from: PresenceStore): Promise<ReadonlySet<string> | 'all'> {
  const waiting = new Set<string>();
  for (let partition = 0; partition < from.partitions; partition++) {
    const { tail, lanes } = await readDelivery(from.documentsOf(partition));
    const { end } = await from.feedBounds(partition);
    if (tail !== undefined && tail < end) return 'all';
    for (const [id, { place }] of lanes) if (place !== null) waiting.add(id);
  }
  return waiting;
}
