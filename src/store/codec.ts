import { crc32 } from 'node:zlib';
import type { UserRecord } from '../engine/advance.ts';
import { type Cause, isOfTime } from '../engine/cause.ts';
import { ByteReader, type ByteWriter } from './bytes.ts';
import { readFacts, readPresence, writeFacts, writePresence } from './codec-fields.ts';
import { DamagedValue, known, readId, writeId } from './codec-ids.ts';
import { causeOfCode, codeOfCause } from './codes.ts';
import type { FeedEntry } from './store.ts';

export { DamagedValue };

/*
 * Records, feed entries and documents as bytes:
 *
 *   format (1) | fields | CRC-32 of all before (4)
 *
 * The first and the last of these stay where they are in all formats to come, so that a value of a
 * later Porchlight is known as one. docs/decisions/0021-stored-values.md has the numbers behind it.
 */
const RECORD_FORMAT = 2;
const FEED_FORMAT = 0x83;
const DOCUMENT_FORMAT = 0x41;

/**
 * Formats of before that are read as the ones of today: they only had fewer fields to leave out, and fewer causes
 * to tell apart.
 */
const READ_AS: Partial<Record<number, number>> = {
  1: RECORD_FORMAT,
  129: FEED_FORMAT,
  130: FEED_FORMAT,
};

/** What CRC-32 makes of any bytes followed by their own CRC-32, least byte first. */
const INTACT = 0x2144df1c;
const CRC_BYTES = 4;

/** A value of a format that this version doesn't know. */
export class NewerValue extends Error {}

/** What is stored about a user: the record, and the instant its due entry is armed for. */
export interface StoredRecord {
  readonly record: UserRecord;
  readonly armedMs: number;
}

/** The record as bytes, which stay until the writer is reset. */
export function encodeRecord(writer: ByteWriter, { record, armedMs }: StoredRecord): Buffer {
  const { facts, presence, number, untilMs } = record;
  writer.byte(RECORD_FORMAT);
  writer.number(armedMs);
  writer.number(untilMs);
  writer.number(number);
  writeFacts(writer, facts);
  writePresence(writer, presence, facts.statusMessage, facts.outOfOffice?.message ?? null);
  return finish(writer);
}

/** @throws DamagedValue, NewerValue */
export function decodeRecord(bytes: Buffer): StoredRecord {
  return decode(bytes, RECORD_FORMAT, (reader) => {
    const armedMs = reader.number();
    const untilMs = reader.number();
    const number = reader.number();
    const facts = readFacts(reader);
    const presence = readPresence(reader, facts.statusMessage, facts.outOfOffice?.message ?? null);
    return { record: { facts, presence, number, untilMs }, armedMs };
  });
}

/** The feed entry as bytes, which stay until the writer is reset. */
export function encodeFeedEntry(writer: ByteWriter, entry: FeedEntry): Buffer {
  const { number, atMs, before, after, cause } = entry.change;
  const ids: string[] = [];
  writer.byte(FEED_FORMAT);
  writeId(writer, ids, entry.tenantId);
  writeId(writer, ids, entry.userId);
  writer.number(number);
  writer.number(atMs);
  writer.byte(codeOfCause(cause.kind));
  if ('appId' in cause) writeId(writer, ids, cause.appId);
  writePresence(writer, before, null, null);
  writePresence(writer, after, before.statusMessage, before.outOfOfficeMessage);
  return finish(writer);
}

/** @throws DamagedValue, NewerValue */
export function decodeFeedEntry(bytes: Buffer): FeedEntry {
  return decode(bytes, FEED_FORMAT, (reader) => {
    const ids: string[] = [];
    const tenantId = readId(reader, ids);
    const userId = readId(reader, ids);
    const number = reader.number();
    const atMs = reader.number();
    const kind = known(causeOfCode(reader.byte()));
    const cause: Cause = isOfTime(kind) ? { kind } : { kind, appId: readId(reader, ids) };
    const before = readPresence(reader, null, null);
    const after = readPresence(reader, before.statusMessage, before.outOfOfficeMessage);
    return { tenantId, userId, change: { number, atMs, before, after, cause } };
  });
}

/** The document as bytes, which stay until the writer is reset. Half a surrogate pair is lost. */
export function encodeDocument(writer: ByteWriter, text: string): Buffer {
  writer.byte(DOCUMENT_FORMAT);
  writer.utf8(text);
  return finish(writer);
}

/** @throws DamagedValue, NewerValue */
export function decodeDocument(bytes: Buffer): string {
  return decode(bytes, DOCUMENT_FORMAT, (reader) => reader.utf8(reader.left - CRC_BYTES));
}

function finish(writer: ByteWriter): Buffer {
  writer.uint32(crc32(writer.soFar()));
  return writer.finish();
}

function decode<Value>(bytes: Buffer, format: number, read: (reader: ByteReader) => Value): Value {
  if (bytes.length <= CRC_BYTES) throw new DamagedValue('a value is cut short');
  if (crc32(bytes) !== INTACT) throw new DamagedValue('a value has a wrong checksum');
  const reader = new ByteReader(bytes);
  const found = reader.byte();
  if ((READ_AS[found] ?? found) !== format) {
    throw new NewerValue(`a value has the unknown format ${found}`);
  }
  const value = read(reader);
  if (reader.left !== CRC_BYTES) throw new DamagedValue('a value has an unknown end');
  return value;
}
