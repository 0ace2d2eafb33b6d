import type { DocumentEdit, PresenceStore } from '../store/store.ts';
import { CopyFailed } from './errors.ts';

/** How far a copy is, kept in the store that is copied to. */
export interface CopyProgress {
  /** The store that is copied from, without credentials. */
  readonly from: string;
  /** The ends of its feeds when the copy began: with others it isn't the same any more. */
  readonly ends: readonly string[];
  /** The user copied last: all before them, in the order of tenants and ids, are there. */
  readonly tenantId: string;
  readonly userId: string;
  /** How many were copied. */
  readonly users: number;
}

const PROGRESS = { collection: 'copy', id: 'progress' } as const;

/** The copy that was begun into this store and not finished, if there is one. */
export async function readProgress({
  documents,
}: PresenceStore): Promise<CopyProgress | undefined> {
  const text = (await documents.all(PROGRESS.collection)).get(PROGRESS.id);
  return text === undefined ? undefined : (JSON.parse(text) as CopyProgress);
}

export function keepProgress(progress: CopyProgress): DocumentEdit {
  return { ...PROGRESS, text: JSON.stringify(progress) };
}

export const FORGET_PROGRESS: DocumentEdit = { ...PROGRESS, text: undefined };

/** Half a store looks like a whole one to whoever asks it. @throws CopyFailed for one that isn't finished */
export async function mustBeWhole(store: PresenceStore): Promise<void> {
  const progress = await readProgress(store);
  if (progress === undefined) return;
  throw new CopyFailed(
    `the copy of ${progress.from} into this store was not finished; run porchlight store copy again`,
  );
}
