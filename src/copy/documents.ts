import { keepLetter, LETTERS, letterOf } from '../notifications/letter.ts';
import { endOfFeeds, placeText } from '../store/place.ts';
import type { PresenceStore } from '../store/store.ts';
import { parseStored, SUBSCRIPTIONS, storedText } from '../subscriptions/stored-form.ts';
import { replace } from './replace.ts';
import { Waiting } from './waiting.ts';

export interface DocumentsParts {
  readonly from: PresenceStore;
  readonly to: PresenceStore;
  readonly nowMs: () => number;
  readonly random: () => number;
}

export interface CopiedDocuments {
  readonly subscriptions: number;
  /** Of these, how many may have had notifications waiting. Their applications are told `missed`, where they named an address for that. */
  readonly missed: number;
}

/**
 * Copies subscriptions, and lifecycle notifications on their way. Places in the feed mean nothing elsewhere, so
 * what still waited to be delivered isn't copied: it is announced as missed. How far delivery is isn't copied
 * either, nor the guards of applications: servers make what they find missing of these.
 */
export async function copyDocuments(parts: DocumentsParts): Promise<CopiedDocuments> {
  const { from, to, nowMs, random } = parts;
  const letters = new Map(await from.documents.all(LETTERS));
  const subscriptions = new Map<string, string>();
  const waiting = await Waiting.in(from);
  // Whatever happens in the copy from now on they are told of.
  const begins = placeText(await endOfFeeds(to));
  let missed = 0;
  for (const [id, text] of await from.documents.all(SUBSCRIPTIONS)) {
    const subscription = parseStored(id, text);
    subscriptions.set(id, storedText({ ...subscription, begins }));
    if (!waiting.waits(subscription)) continue;
    missed++;
    const letter = letterOf(subscription, 'missed', nowMs(), random());
    const edit = letter && keepLetter(letter);
    if (edit?.text !== undefined) letters.set(edit.id, edit.text);
  }
  await replace(to.documents, LETTERS, letters);
  await replace(to.documents, SUBSCRIPTIONS, subscriptions);
  return { subscriptions: subscriptions.size, missed };
}
