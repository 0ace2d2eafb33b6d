/*
 * GUIDs as 16 bytes, which is what keys and most app and session ids are stored as. Only lower case:
 * the text comes back as it went.
 */

const HEX = '0123456789abcdef';
const NOT_HEX = 0xff;
const DASH = 0x2d;

/** Value of an ASCII character as a lower-case hex digit. */
const hexValues = new Uint8Array(128).fill(NOT_HEX);
for (let value = 0; value < HEX.length; value++) hexValues[HEX.charCodeAt(value)] = value;

/** Where the two digits of each of a GUID's 16 bytes stand in its text. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const GUID_LENGTH = 36;

/** Writes the 16 bytes of a lower-case GUID; false, with nothing to rely on written, for other text. */
export function writeGuid(text: string, target: Uint8Array, at: number): boolean {
  if (text.length !== GUID_LENGTH) return false;
  let seen = 0;
  let to = at;
  for (let from = 0; from < GUID_LENGTH; from += 2) {
    if (from === 8 || from === 13 || from === 18 || from === 23) {
      if (text.charCodeAt(from++) !== DASH) return false;
    }
    const high = hexValues[text.charCodeAt(from)] ?? NOT_HEX;
    const low = hexValues[text.charCodeAt(from + 1)] ?? NOT_HEX;
    seen |= high | low;
    target[to++] = (high << 4) | low;
  }
  return seen < 16;
}

const guidText = Buffer.alloc(GUID_LENGTH, '-');
const hexCodes = Buffer.from(HEX);

/** The text of the GUID whose 16 bytes stand at `at`. */
export function readGuid(source: Uint8Array, at: number): string {
  let from = at;
  for (const to of DIGITS_AT) {
    const byte = source[from++] ?? 0;
    guidText[to] = hexCodes[byte >> 4] ?? 0;
    guidText[to + 1] = hexCodes[byte & 15] ?? 0;
  }
  return guidText.toString('latin1');
}
