import type { DocumentEdit, DocumentStore, UserKey } from '../store/store.ts';
import type { MailboxDocuments } from './mailboxes.ts';

/** The document of a person's mailbox settings. */
export const SETTINGS_ID = 'settings';

/** The revision of the mailbox: written with everything else, so that writes come one after another. */
const HEAD_ID = 'head';

/** A mailbox as it is kept. */
export interface KeptMailbox {
  /** All but the head. */
  readonly documents: MailboxDocuments;
  /** 0 before the first write. */
  readonly revision: number;
  /** The text of the head as it was found; null where there is none. */
  readonly head: string | null;
}

/** The collection of a person's own. */
export function mailboxCollection({ tenantId, userId }: UserKey): string {
  return `person ${tenantId} ${userId}`;
}

/** Sees every write whose promise has resolved. @throws StoreUnavailable */
export async function readKept(store: DocumentStore, user: UserKey): Promise<KeptMailbox> {
  const documents = new Map(await store.all(mailboxCollection(user)));
  const head = documents.get(HEAD_ID) ?? null;
  documents.delete(HEAD_ID);
  return { documents, revision: head === null ? 0 : revisionOf(head), head };
}

/** The edit that makes `revision` the mailbox' own, unless it has another head by now than the one that was read. */
export function headEdit(user: UserKey, { head }: KeptMailbox, revision: number): DocumentEdit {
  const text = JSON.stringify({ revision });
  return { collection: mailboxCollection(user), id: HEAD_ID, text, was: head };
}

/** Whether an edit of this id is a mailbox' own business. */
export function isHead(id: string): boolean {
  return id === HEAD_ID;
}

function revisionOf(head: string): number {
  const { revision } = JSON.parse(head) as { readonly revision: number };
  return revision;
}
