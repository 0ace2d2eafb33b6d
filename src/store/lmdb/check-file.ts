import { StoreUnusable } from '../errors.ts';
import {
  IS_BRANCH,
  IS_LEAF,
  IS_OVERFLOW,
  LmdbFile,
  type LmdbMeta,
  NO_PAGE,
  PAGE_HEADER_BYTES,
} from './lmdb-file.ts';

/** How many pages are looked at, from the roots down: a few ms however large the file is. */
const PAGES_LOOKED_AT = 256;

/** How often the file may change while we look, before it is left to who is changing it. */
const MAX_ATTEMPTS = 5;

const NODE_HEADER_BYTES = 8;
const IN_OVERFLOW_PAGES = 1;
const IS_TREE = 2;
const TREE_BYTES = 48;
const ROOT_IN_TREE = 40;
/** First page, transaction and count of the pages of a long value. */
const OVERFLOW_BYTES = 24;

/**
 * Looks at the file before it is mapped: reading a mapped page that the file has no more kills the
 * process, and LMDB takes what a meta page says on trust. Changes nothing.
 *
 * @throws StoreUnusable StoreDamaged
 */
export function checkFile(path: string): void {
  // Two processors it can be on have another layout; there LMDB's own checks have to do.
  if (process.arch === 'arm' || process.arch === 'ia32') return;
  const file = new LmdbFile(path);
  try {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const meta = file.meta();
      const fault = typeof meta === 'string' ? meta : faultOf(file, meta);
      if (fault === undefined) return;
      // Pages of a file that is being written are used again: then the fault may be none.
      const now = file.meta();
      if (typeof meta === 'string' || typeof now === 'string') {
        throw new StoreUnusable('StoreDamaged', path, fault);
      }
      if (meta.transaction === now.transaction)
        throw new StoreUnusable('StoreDamaged', path, fault);
    }
  } finally {
    file.close();
  }
}

/**
 * What is wrong with the pages of the trees. A file may be shorter than its last page says: pages at
 * its end that are free were perhaps never written. So when it is, all pages in use are looked at,
 * and otherwise only those nearest to the roots.
 */
function faultOf(file: LmdbFile, meta: LmdbMeta): string | undefined {
  const isShort = file.bytes() < (meta.lastPage + 1) * meta.pageBytes;
  const queue = [...meta.roots];
  let looked = 0;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (++looked > PAGES_LOOKED_AT && !isShort) return undefined;
    if (looked > meta.lastPage) return 'its pages refer to each other in a circle';
    const page = file.page(at, meta);
    if (typeof page === 'string') return isShort ? `it is cut short: ${page}` : page;
    const flags = page.readUInt16LE(18);
    if (flags & IS_OVERFLOW) {
      const last = at + page.readUInt32LE(20) - 1;
      if ((last + 1) * meta.pageBytes > file.bytes())
        return `it is cut short: page ${last} is missing`;
    } else if (flags & (IS_BRANCH | IS_LEAF)) {
      const below = pagesBelow(page, (flags & IS_BRANCH) !== 0);
      if (below === undefined) return `page ${at} is damaged`;
      queue.push(...below);
    } else return `page ${at} is damaged`;
  }
  return undefined;
}

/**
 * The pages that a page refers to; undefined when it isn't a sound page: its nodes have to fill
 * exactly the part of it that its header calls used.
 */
function pagesBelow(page: Buffer, isBranch: boolean): number[] | undefined {
  const lower = page.readUInt16LE(20);
  const upper = page.readUInt16LE(22);
  if (lower > upper || PAGE_HEADER_BYTES + upper > page.length) return undefined;
  const below: number[] = [];
  let unused = page.length - PAGE_HEADER_BYTES - upper;
  for (let at = PAGE_HEADER_BYTES; at < PAGE_HEADER_BYTES + lower; at += 2) {
    const node = nodeAt(page, PAGE_HEADER_BYTES + page.readUInt16LE(at), isBranch);
    if (node === undefined) return undefined;
    unused -= node.bytes;
    if (node.below !== undefined) below.push(node.below);
  }
  return unused === 0 ? below : undefined;
}

/** How much of its page a node takes, and the page it refers to, if it does. */
function nodeAt(page: Buffer, at: number, isBranch: boolean) {
  if (at + NODE_HEADER_BYTES > page.length) return undefined;
  const low = page.readUInt32LE(at);
  const flags = page.readUInt16LE(at + 4);
  const data = at + NODE_HEADER_BYTES + page.readUInt16LE(at + 6);
  // The flags are a child's number's high bits in a branch; a long value stands elsewhere.
  const isReference = !isBranch && (flags & IN_OVERFLOW_PAGES) !== 0;
  const dataBytes = isBranch ? 0 : isReference ? OVERFLOW_BYTES : low;
  if (data + dataBytes > page.length) return undefined;
  const bytes = (data + dataBytes - at + 1) & ~1;
  if (isBranch) return { bytes, below: flags * 2 ** 32 + low };
  if (isReference) return { bytes, below: Number(page.readBigUInt64LE(data)) };
  if ((flags & IS_TREE) === 0) return { bytes, below: undefined };
  if (dataBytes !== TREE_BYTES) return undefined;
  const root = page.readBigUInt64LE(data + ROOT_IN_TREE);
  return { bytes, below: root === NO_PAGE ? undefined : Number(root) };
}
