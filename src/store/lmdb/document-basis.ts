import { DocumentsChanged } from '../errors.ts';
import type { DocumentEdit } from '../store.ts';
import type { Database } from './database.ts';
import { readDocument } from './documents.ts';
import type { Group } from './group.ts';
import { documentName } from './keys.ts';

/**
 * Compares what an edit builds on with the newest text: that in the first of the groups that has one, or else
 * the committed one. What isn't committed counts too: a group is lost with the one that it builds on.
 * @throws DocumentsChanged when it is another one
 */
export function checkBasis(
  { collection, id, was }: DocumentEdit,
  groups: readonly (Group | undefined)[],
  database: Database,
): void {
  if (was === undefined) return;
  const name = documentName(collection, id);
  const group = groups.find((each) => each?.documents.has(name));
  const text = group === undefined ? readDocument(database, name) : group.documents.get(name);
  if ((text ?? null) !== was) throw new DocumentsChanged(collection, id);
}
