import type { DocumentEdit } from './store.ts';

/** Printable ASCII: sorts the same as text and as bytes, and leaves other bytes to tell parts apart. */
const NAME = /^[\x20-\x7e]{1,200}$/;

/** Half of a surrogate pair, which UTF-8 can't hold. */
const HALF_A_PAIR = /\p{Surrogate}/u;

/** @throws TypeError for what can't be the name of a collection: the caller's mistake. */
export function checkCollection(collection: string): void {
  check('collection', collection);
}

/** @throws TypeError for an edit that no store takes: the caller's mistake. */
export function checkEdit({ collection, id, text }: DocumentEdit): void {
  check('collection', collection);
  check('id', id);
  if (text !== undefined && HALF_A_PAIR.test(text)) {
    throw new TypeError(`the text of document ${id} of ${collection} has half a surrogate pair`);
  }
}

function check(what: string, name: string): void {
  if (NAME.test(name)) return;
  throw new TypeError(
    `${what} must be 1 to 200 printable ASCII characters, not ${JSON.stringify(name)}`,
  );
}
