import type { DocumentEdit, Revision } from './store.ts';

/** How many documents' last changes are remembered; who is further behind reads all. */
const MOST_REMEMBERED = 10_000;

interface Written {
  readonly collection: string;
  readonly id: string;
  readonly write: number;
}

/** Which documents were written when, for as long as this process runs. Of their texts it keeps nothing. */
export class DocumentLog {
  /** The last write of each document by collection and id, the oldest first. */
  readonly #written = new Map<string, Written>();
  /** The same by collection: most writes are of collections that nobody follows. */
  readonly #byCollection = new Map<string, Map<string, number>>();
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
    const write = this.#writes;
    for (const { collection, id } of edits) {
      const key = `${collection}\0${id}`;
      this.#written.delete(key);
      this.#written.set(key, { collection, id, write });
      const ids = this.#byCollection.get(collection);
      if (ids === undefined) this.#byCollection.set(collection, new Map([[id, write]]));
      else ids.set(id, write);
    }
    for (const [key, oldest] of this.#written) {
      if (this.#written.size <= MOST_REMEMBERED) break;
      this.#written.delete(key);
      this.#forget(oldest);
    }
  }

  #forget({ collection, id, write }: Written): void {
    const ids = this.#byCollection.get(collection);
    if (ids?.delete(id) && ids.size === 0) this.#byCollection.delete(collection);
    this.#forgotten = write;
  }

  /** Ids of a collection that were written since; undefined where that isn't known any more. */
  since(collection: string, revision: Revision | undefined): string[] | undefined {
    const [name, text = ''] = revision?.split('.') ?? [];
    const after = Number(text);
    if (name !== this.#name || !(after >= this.#forgotten)) return undefined;
    if (after === this.#writes) return [];
    const ids: string[] = [];
    for (const [id, write] of this.#byCollection.get(collection) ?? []) {
      if (write > after) ids.push(id);
    }
    return ids;
  }
}
