import type { DocumentEdit, Revision } from './store.ts';

/** How many documents' last changes are remembered; who is further behind reads all. */
const MOST_REMEMBERED = 10_000;

/** Which documents were written when, for as long as this process runs. */
export class DocumentLog {
  /** Number of the last write by collection and id, the oldest first. */
  readonly #written = new Map<string, { readonly edit: DocumentEdit; readonly write: number }>();
  readonly #name: string;
  #writes = 0;
  /** Writes up to this one are remembered no more. */
  #forgotten = 0;

  /** @param name tells its revisions from those of a log before it */
  constructor(name: string) {
    this.#name = name;
  }

  get revision(): Revision {
    return `${this.#name}.${this.#writes}`;
  }

  /** Notes the edits of one write. */
  note(edits: Iterable<DocumentEdit>): void {
    this.#writes++;
    for (const edit of edits) {
      const key = `${edit.collection}\0${edit.id}`;
      this.#written.delete(key);
      this.#written.set(key, { edit, write: this.#writes });
    }
    for (const [key, { write }] of this.#written) {
      if (this.#written.size <= MOST_REMEMBERED) break;
      this.#written.delete(key);
      this.#forgotten = write;
    }
  }

  /** Ids of a collection that were written since; undefined where that isn't known any more. */
  since(collection: string, revision: Revision | undefined): string[] | undefined {
    const [name, text = ''] = revision?.split('.') ?? [];
    const after = Number(text);
    if (name !== this.#name || !(after >= this.#forgotten)) return undefined;
    if (after === this.#writes) return [];
    const ids: string[] = [];
    for (const { edit, write } of this.#written.values()) {
      if (write > after && edit.collection === collection) ids.push(edit.id);
    }
    return ids;
  }
}
