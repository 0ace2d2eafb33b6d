import { readGuid, writeGuid } from './guid.ts';

/**
 * Writing and reading of compact binary values. Numbers are 8-byte floats, so every number there is
 * comes back as it went; text is one byte a character where that is enough and UTF-16 where it is
 * not, so even half a surrogate pair comes back.
 */

const CHUNK_BYTES = 1 << 18;

/**
 * Writes values one after another into big chunks. A value stays where `finish` left it until
 * `reset`, whatever is written after it: another thread may be reading it.
 */
export class ByteWriter {
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #view = viewOf(this.#chunk);
  #start = 0;
  #at = 0;
  #bytes = 0;

  /** How many bytes the values finished since the last `reset` have. */
  get bytes(): number {
    return this.#bytes;
  }

  byte(value: number): void {
    this.#need(1);
    this.#chunk[this.#at++] = value;
  }

  /** Changes the byte written last. */
  replaceByte(value: number): void {
    this.#chunk[this.#at - 1] = value;
  }

  uint16(value: number): void {
    this.#need(2);
    this.#view.setUint16(this.#at, value, true);
    this.#at += 2;
  }

  uint32(value: number): void {
    this.#need(4);
    this.#view.setUint32(this.#at, value, true);
    this.#at += 4;
  }

  number(value: number): void {
    this.#need(8);
    this.#view.setFloat64(this.#at, value);
    this.#at += 8;
  }

  /** False, with nothing written, for text that isn't a lower-case GUID. */
  guid(text: string): boolean {
    this.#need(16);
    if (!writeGuid(text, this.#chunk, this.#at)) return false;
    this.#at += 16;
    return true;
  }

  text(text: string): void {
    const narrow = isLatin1(text);
    const bytes = narrow ? text.length : text.length * 2;
    this.uint32(text.length * 2 + (narrow ? 0 : 1));
    this.#need(bytes);
    this.#chunk.write(text, this.#at, narrow ? 'latin1' : 'utf16le');
    this.#at += bytes;
  }

  /** Text without its length, as UTF-8: for text that ends where the value does. */
  utf8(text: string): void {
    this.#need(Buffer.byteLength(text));
    this.#at += this.#chunk.write(text, this.#at);
  }

  /** What is written of the value so far. */
  soFar(): Buffer {
    return this.#chunk.subarray(this.#start, this.#at);
  }

  /** Ends the value; the next begins. */
  finish(): Buffer {
    const value = this.soFar();
    this.#bytes += value.length;
    this.#start = this.#at;
    return value;
  }

  /** Begins anew over all values given out, which nobody may need any more. */
  reset(): void {
    if (this.#chunk.length !== CHUNK_BYTES) {
      this.#chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
      this.#view = viewOf(this.#chunk);
    }
    this.#start = 0;
    this.#at = 0;
    this.#bytes = 0;
  }

  #need(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) return;
    // The full chunk lives on in the values given out; the one begun moves over.
    const begun = this.soFar();
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, (begun.length + bytes) * 2));
    this.#view = viewOf(this.#chunk);
    this.#start = 0;
    this.#at = begun.copy(this.#chunk);
  }
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

/** Reads back what `ByteWriter` wrote. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  uint16(): number {
    const value = this.#bytes.readUInt16LE(this.#at);
    this.#at += 2;
    return value;
  }

  uint32(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  number(): number {
    const value = this.#bytes.readDoubleBE(this.#at);
    this.#at += 8;
    return value;
  }

  guid(): string {
    return readGuid(this.#bytes, this.#take(16));
  }

  text(): string {
    const tag = this.uint32();
    const length = tag >>> 1;
    if ((tag & 1) === 0) {
      const at = this.#take(length);
      return this.#bytes.toString('latin1', at, at + length);
    }
    const at = this.#take(length * 2);
    return this.#bytes.toString('utf16le', at, at + length * 2);
  }

  /** As many bytes of UTF-8. */
  utf8(bytes: number): string {
    const at = this.#take(bytes);
    return this.#bytes.toString('utf8', at, at + bytes);
  }

  #take(bytes: number): number {
    const at = this.#at;
    if (bytes > this.left) throw new RangeError('the value ends too early');
    this.#at += bytes;
    return at;
  }
}
