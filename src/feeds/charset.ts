const CHARSET = /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i;

/** The first bytes of a text that say how it is encoded. */
const MARKS: readonly (readonly [label: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * Text in the encoding that its type names, if it is one that is known here; in UTF-8 otherwise (RFC 5545,
 * section 3.1.4). A byte order mark wins over both, and is taken off.
 */
export function decoded(bytes: Uint8Array, contentType: string): string {
  const [marked] = MARKS.find(([, mark]) => mark.every((byte, at) => bytes[at] === byte)) ?? [];
  const [, named = 'utf-8'] = CHARSET.exec(contentType) ?? [];
  try {
    return new TextDecoder(marked ?? named).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
