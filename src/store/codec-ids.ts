import type { ByteReader, ByteWriter } from './bytes.ts';

/** Bytes that aren't what was written. */
export class DamagedValue extends Error {}

/** What a code stands for; a code without a name is damage. */
export function known<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new DamagedValue('a value has an unknown code in it');
  return value;
}

const NEW_GUID = 0;
const NEW_TEXT = 1;
const FIRST_KNOWN = 2;
const MOST_KNOWN = 250;

/** An id stands in a value once, as 16 bytes if it is a GUID; then by its place: most session ids are the app's id. */
export function writeId(writer: ByteWriter, ids: string[], id: string): void {
  const place = ids.indexOf(id);
  if (place !== -1) {
    writer.byte(FIRST_KNOWN + place);
    return;
  }
  if (ids.length < MOST_KNOWN) ids.push(id);
  writer.byte(NEW_GUID);
  if (writer.guid(id)) return;
  writer.replaceByte(NEW_TEXT);
  writer.text(id);
}

export function readId(reader: ByteReader, ids: string[]): string {
  const tag = reader.byte();
  if (tag >= FIRST_KNOWN) return known(ids[tag - FIRST_KNOWN]);
  const id = tag === NEW_GUID ? reader.guid() : reader.text();
  if (ids.length < MOST_KNOWN) ids.push(id);
  return id;
}
