import { ByteWriter } from '../bytes.ts';
import { decodeDocument, encodeDocument } from '../codec.ts';
import { readingValue } from '../damage.ts';
import { checkCollection, checkEdit } from '../document-name.ts';
import { DocumentsChanged, LeaseLost } from '../errors.ts';
import type { DocumentChanges, DocumentEdit, DocumentStore, Lease, Revision } from '../store.ts';
import { changedKey, collectionKey } from './keys.ts';
import type { Arg, Link } from './link.ts';
import { type Partition, tooLate } from './partition.ts';
import { bytesOrNone, integer, list, text } from './reply.ts';
import { DOCUMENTS_SINCE, WRITE_DOCUMENTS } from './script.ts';
import type { Versions } from './versions.ts';

/** How long changes are remembered: who comes back later reads everything. */
const LOG_US = 3_600_000_000;

/** What an edit says of the document that must be there: nothing, or that there is none. */
const WHATEVER = '';
const NONE = '-';

/** What scripts/write-documents.lua says of a write that wasn't made. */
const LATE = 0;
const LEASE_LOST = 2;
const CHANGED = 3;

export interface DocumentsParts {
  readonly link: Link;
  readonly partition: Partition;
  /** Who says on the channel that documents were written. */
  readonly origin: string;
  readonly versions: Versions;
  /** The value that Redis has for a lease of this server's. */
  readonly leaseValue: (lease: Lease) => string;
  /** Throws once they are closed. */
  readonly mustBeOpen: () => void;
  readonly onWritten: () => void;
  readonly listen: (listener: () => void) => () => void;
  /** A script was carried out. */
  readonly onReached: () => void;
  /** Redis couldn't be asked, or refused. */
  readonly onFailed: (error: unknown) => void;
}

/** What became of a write. */
interface Sent {
  readonly outcome: number;
  /** Of the edit that it failed on, from 1. */
  readonly place: number;
  readonly isResent: boolean;
}

/** Documents of a partition. Writes go one after another, so the last one called is the last one kept. */
export class Documents implements DocumentStore {
  readonly #parts: DocumentsParts;
  readonly #writer = new ByteWriter();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
  }

  async all(collection: string): Promise<ReadonlyMap<string, string>> {
    return (await this.since(collection)).documents as ReadonlyMap<string, string>;
  }

  async since(collection: string, revision: Revision = ''): Promise<DocumentChanges> {
    const { link, partition, mustBeOpen } = this.#parts;
    mustBeOpen();
    checkCollection(collection);
    const key = collectionKey(partition.number, collection);
    const keys = [partition.keys.state, key, changedKey(partition.number, collection)];
    const [counter = '', server = ''] = revision.split(' ');
    const reply = list(await link.run(DOCUMENTS_SINCE, keys, [counter, server]));
    const [isWhole, newCounter, newServer, found] = reply;
    const texts: [id: string, text: string | undefined][] = [];
    const flat = list(found);
    for (let at = 0; at < flat.length; at += 2) {
      const id = text(flat[at]);
      const value = bytesOrNone(flat[at + 1]);
      const where = () => `${link.name}, ${key}`;
      const read = () => value && decodeDocument(value);
      texts.push([id, readingValue(where, () => `document ${id}`, read)]);
    }
    return {
      documents: new Map(texts.sort(([a], [b]) => (a < b ? -1 : 1))),
      revision: `${text(newCounter)} ${text(newServer)}`,
      isWhole: integer(isWhole) === 1,
    };
  }

  async write(edits: readonly DocumentEdit[], under?: Lease): Promise<void> {
    this.#parts.mustBeOpen();
    for (const edit of edits) checkEdit(edit);
    if (edits.length === 0 && under === undefined) return;
    const copied = [...edits];
    const written = this.#writing.then(() => this.#write(copied, under));
    this.#writing = written.catch(() => {});
    return written;
  }

  onWritten(listener: () => void): () => void {
    return this.#parts.listen(listener);
  }

  /** Waits until nothing is under way. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #write(edits: readonly DocumentEdit[], under?: Lease): Promise<void> {
    const { link, onWritten } = this.#parts;
    let { outcome, place, isResent } = await this.#send(edits, under);
    // Once it may be that its clock was stepped; what it shows now is known.
    if (outcome === LATE && !isResent) {
      ({ outcome, place, isResent } = await this.#send(edits, under));
    }
    if (outcome === LATE) throw tooLate(link, isResent);
    if (outcome === LEASE_LOST) throw new LeaseLost(this.#parts.partition.number);
    if (outcome === CHANGED) {
      const { collection = '', id = '' } = edits[place - 1] ?? {};
      throw new DocumentsChanged(collection, id);
    }
    onWritten();
  }

  async #send(edits: readonly DocumentEdit[], under?: Lease): Promise<Sent> {
    const { link, partition, origin, versions, leaseValue, onReached, onFailed } = this.#parts;
    this.#writer.reset();
    const places = new Map<string, number>();
    const told: Arg[] = [];
    for (const { collection, id, text, was } of edits) {
      const place = places.get(collection) ?? places.size + 1;
      places.set(collection, place);
      told.push(place, id, this.#encoded(text) ?? '', this.#told(was));
    }
    const { lease, state, writes, documents } = partition.keys;
    const fence = under === undefined ? '' : leaseValue(under);
    const terms = [partition.deadlineMs(), fence, LOG_US, origin, versions.next()];
    const args = [documents, ...terms, places.size, ...told];
    const collections = [...places.keys()].flatMap((collection) => [
      collectionKey(partition.number, collection),
      changedKey(partition.number, collection),
    ]);
    try {
      const keys = [lease, state, writes, ...collections];
      const written = await partition.write(link, WRITE_DOCUMENTS, keys, args);
      const { outcome, others, isResent } = written;
      const [place = 0] = others.map(integer);
      onReached();
      return { outcome, place, isResent };
    } catch (error) {
      onFailed(error);
      throw error;
    }
  }

  #encoded(text: string | undefined): Buffer | undefined {
    return text === undefined ? undefined : encodeDocument(this.#writer, text);
  }

  /** Compared as bytes: a text has one encoding, for as long as its format is the one that is written. */
  #told(was: string | null | undefined): Arg {
    if (was === undefined) return WHATEVER;
    return was === null ? NONE : encodeDocument(this.#writer, was);
  }
}
