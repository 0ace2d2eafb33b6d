import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/*
 * The layout of an LMDB file, as far as a look before mapping needs it. A page begins with
 *
 *   page number (8) | transaction (8) | pad (2) | flags (2) | lower (2) | upper (2)
 *
 * and the first two pages hold a meta each, the newer one counting: magic (4) | version (4) |
 * address (8) | map size (8) | tree of free pages (48) | main tree (48) | last page (8) |
 * transaction (8). A tree: page size or pad (4) | flags (2) | depth (2) | counts (4 × 8) | root (8).
 */
const MAGIC = 0xbeefc0de;
const VERSION = 2;
export const PAGE_HEADER_BYTES = 24;
const META_BYTES = PAGE_HEADER_BYTES + 144;
/** Where a tree without entries begins. */
export const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const SMALLEST_PAGE = 512;
const LARGEST_PAGE = 65_536;

export const IS_BRANCH = 0x01;
export const IS_LEAF = 0x02;
export const IS_OVERFLOW = 0x04;
const IS_META = 0x08;

/** The newer meta page of a file. */
export interface LmdbMeta {
  readonly pageBytes: number;
  readonly lastPage: number;
  readonly transaction: number;
  /** Pages at which the tree of free pages and the main tree begin. */
  readonly roots: readonly number[];
}

/** Reads an LMDB file without mapping it: what is missing is an answer then and not a crash. */
export class LmdbFile {
  readonly #descriptor: number;

  constructor(path: string) {
    this.#descriptor = openSync(path, 'r');
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  bytes(): number {
    return fstatSync(this.#descriptor).size;
  }

  /** The newer meta, or what is wrong with the two. */
  meta(): LmdbMeta | string {
    const first = this.#meta(0, 0);
    if (typeof first === 'string') return first;
    const second = this.#meta(1, first.pageBytes);
    if (typeof second === 'string') return second;
    if (first.pageBytes !== second.pageBytes) return 'its two meta pages disagree';
    // Transactions write the two in turn, so one is exactly one behind (or both are new).
    if (Math.abs(first.transaction - second.transaction) > 1) return 'its two meta pages disagree';
    return first.transaction > second.transaction ? first : second;
  }

  /** The page of this number, or what is wrong with it. */
  page(number: number, { pageBytes, lastPage }: LmdbMeta): Buffer | string {
    if (number > lastPage) return `page ${number} is beyond the last`;
    const page = this.#read(number * pageBytes, pageBytes);
    if (page === undefined) return `page ${number} is missing`;
    if (page.readBigUInt64LE(0) !== BigInt(number))
      return `page ${number} is not what it should be`;
    return page;
  }

  #meta(number: number, at: number): LmdbMeta | string {
    const page = this.#read(at, META_BYTES);
    if (page === undefined) return 'it is too short';
    const meta = page.subarray(PAGE_HEADER_BYTES);
    if ((page.readUInt16LE(18) & IS_META) === 0 || meta.readUInt32LE(0) !== MAGIC) {
      return number === 0 ? 'it is not an LMDB file' : 'its second meta page is damaged';
    }
    const version = meta.readUInt32LE(4) & 0xffff;
    if (version !== VERSION) return `its LMDB version is ${version}, not ${VERSION}`;
    const pageBytes = meta.readUInt32LE(24);
    const powerOfTwo = (pageBytes & (pageBytes - 1)) === 0;
    if (!powerOfTwo || pageBytes < SMALLEST_PAGE || pageBytes > LARGEST_PAGE) {
      return `its page size is ${pageBytes}`;
    }
    const lastPage = meta.readBigUInt64LE(120);
    const transaction = meta.readBigUInt64LE(128);
    const roots = [meta.readBigUInt64LE(64), meta.readBigUInt64LE(112)];
    if (transaction > Number.MAX_SAFE_INTEGER || lastPage > Number.MAX_SAFE_INTEGER / pageBytes) {
      return 'a meta page is damaged';
    }
    if (transaction > 0n && Number(transaction % 2n) !== number) return 'a meta page is damaged';
    return {
      pageBytes,
      lastPage: Number(lastPage),
      transaction: Number(transaction),
      roots: roots.filter((root) => root !== NO_PAGE).map(Number),
    };
  }

  #read(at: number, bytes: number): Buffer | undefined {
    const buffer = Buffer.alloc(bytes);
    return readSync(this.#descriptor, buffer, 0, bytes, at) === bytes ? buffer : undefined;
  }
}
