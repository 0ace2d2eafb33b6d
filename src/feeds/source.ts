import type { MailboxDocuments, MailboxEdit, Mailboxes } from '../mailbox/mailboxes.ts';
import { spansDocument } from '../mailbox/source-spans.ts';
import type { UserKey } from '../store/store.ts';
import type { Holding } from './holding.ts';

/** From where a calendar comes. A person may have one of each. */
export type Source = 'feed' | 'folder';

/** As a cause of changes, where applications give their ids. */
const APP = 'porchlight';

/** What was read, and of which generation of its source. */
export interface Delivery {
  readonly generation: number;
  /** As `writeSpans` makes it; undefined for nothing any more. */
  readonly spans: string | undefined;
}

/**
 * Puts what a source says in the place of what it said before. Whether it did: not when the source has ended
 * meanwhile.
 *
 * Of two servers that both believe that it is theirs to say, the later one has the last word. The mailbox asks
 * again when another write came first, and by then the lease of the earlier one has run out.
 * @throws Left
 * @throws StoreUnavailable
 */
export function deliver(
  mailboxes: Mailboxes,
  user: UserKey,
  source: Source,
  { generation, spans }: Delivery,
  holding: Holding,
): Promise<boolean> {
  return holding.write(async () => {
    let isTaken = false;
    await mailboxes.write(user, APP, (documents) => {
      holding.mustBeHeld();
      isTaken = generation > endedOf(documents, source);
      const id = spansDocument(source);
      return isTaken && documents.get(id) !== spans ? [{ id, text: spans }] : [];
    });
    return isTaken;
  });
}

/**
 * Ends a source up to a generation, and takes away what it said. What is still under way of it may arrive
 * later, and is refused.
 * @throws StoreUnavailable
 */
export async function end(
  mailboxes: Mailboxes,
  user: UserKey,
  source: Source,
  generation: number,
): Promise<void> {
  await mailboxes.write(user, APP, (documents) => {
    const edits: MailboxEdit[] = [];
    const id = spansDocument(source);
    if (documents.has(id)) edits.push({ id, text: undefined });
    if (generation > endedOf(documents, source)) {
      edits.push({ id: endId(source), text: JSON.stringify({ generation }) });
    }
    return edits;
  });
}

/** The last generation of the source that has ended; 0 for none. @throws StoreUnavailable */
export async function lastEnded(
  mailboxes: Mailboxes,
  user: UserKey,
  source: Source,
): Promise<number> {
  return endedOf(await mailboxes.read(user), source);
}

function endedOf(documents: MailboxDocuments, source: Source): number {
  const text = documents.get(endId(source));
  return text === undefined ? 0 : (JSON.parse(text) as { readonly generation: number }).generation;
}

function endId(source: Source): string {
  return `ended ${source}`;
}
