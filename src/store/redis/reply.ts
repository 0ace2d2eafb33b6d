/*
 * What Redis answered, as what was asked for. Anything else is none of Porchlight's doing: somebody else
 * writes under its names.
 */

/** @throws Error for anything but a list */
export function list(reply: unknown): readonly unknown[] {
  if (Array.isArray(reply)) return reply;
  throw strange(reply);
}

/** @throws Error for anything but a whole number */
export function integer(reply: unknown): number {
  if (typeof reply === 'number') return reply;
  throw strange(reply);
}

/** @throws Error for anything but bytes */
export function bytes(reply: unknown): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw strange(reply);
}

/** Bytes, or undefined for nothing. */
export function bytesOrNone(reply: unknown): Buffer | undefined {
  return reply === null || reply === undefined ? undefined : bytes(reply);
}

export function text(reply: unknown): string {
  return bytes(reply).toString('latin1');
}

/** Names and values in turn, as text. */
export function pairs(reply: unknown): Map<string, string> {
  const flat = list(reply).map(text);
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < flat.length; at += 2) found.set(flat[at] ?? '', flat[at + 1] ?? '');
  return found;
}

function strange(reply: unknown): Error {
  return new Error(`Redis answered with ${typeof reply}, which was not asked for`);
}
