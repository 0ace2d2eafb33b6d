import { ByteWriter } from '../bytes.ts';
import { decodeDocument, encodeDocument } from '../codec.ts';
import { readingValue } from '../damage.ts';
import { checkCollection, checkEdit } from '../document-name.ts';
import type { DocumentChanges, DocumentEdit, DocumentStore } from '../store.ts';
import { collectionKey, LEASE } from './keys.ts';
import type { Arg, Link } from './link.ts';
import { bytes, integer, list, text } from './reply.ts';
import { READ_DOCUMENTS, WRITE_DOCUMENTS } from './script.ts';
import type { Tenure } from './tenure.ts';

/** Documents in Redis. Writes go one after another, so the last one called is the last one kept. */
export class Documents implements DocumentStore {
  readonly #link: Link;
  readonly #tenure: Tenure;
  readonly #mustBeOpen: () => void;
  readonly #writer = new ByteWriter();
  #writing: Promise<unknown> = Promise.resolve();

  /** `mustBeOpen` throws once they are closed. */
  constructor(link: Link, tenure: Tenure, mustBeOpen: () => void) {
    this.#link = link;
    this.#tenure = tenure;
    this.#mustBeOpen = mustBeOpen;
  }

  async all(collection: string): Promise<ReadonlyMap<string, string>> {
    this.#mustBeOpen();
    checkCollection(collection);
    const key = collectionKey(collection);
    const reply = list(await this.#link.run(READ_DOCUMENTS, [key], []));
    const texts: [id: string, text: string][] = [];
    for (let at = 0; at < reply.length; at += 2) {
      const id = text(reply[at]);
      const read = readingValue(
        `${this.#link.name}, ${key}`,
        () => `document ${id}`,
        () => decodeDocument(bytes(reply[at + 1])),
      );
      texts.push([id, read]);
    }
    return new Map(texts.sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async write(edits: readonly DocumentEdit[]): Promise<void> {
    this.#mustBeOpen();
    for (const edit of edits) checkEdit(edit);
    if (edits.length === 0) return;
    const copied = [...edits];
    const written = this.#writing.then(() => this.#write(copied));
    this.#writing = written.catch(() => {});
    return written;
  }

  async since(collection: string): Promise<DocumentChanges> {
    return { documents: await this.all(collection), revision: '', isWhole: true };
  }

  onWritten(): () => void {
    return () => {};
  }

  /** Waits until nothing is under way. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(edits: readonly DocumentEdit[]): Promise<void> {
    this.#tenure.admit();
    this.#writer.reset();
    const places = new Map<string, number>();
    const args: Arg[] = [this.#tenure.value, this.#tenure.deadlineMs()];
    for (const { collection, id, text } of edits) {
      const place = places.get(collection) ?? places.size + 1;
      places.set(collection, place);
      args.push(place, id, text === undefined ? '' : encodeDocument(this.#writer, text));
    }
    const keys = [LEASE, ...Array.from(places.keys(), collectionKey)];
    try {
      const [isOurs] = list(await this.#link.run(WRITE_DOCUMENTS, keys, args));
      if (integer(isOurs) === 1) return;
    } catch (error) {
      this.#tenure.doubt(error instanceof Error ? error.message : String(error));
      throw error;
    }
    throw await this.#tenure.refusal();
  }
}
