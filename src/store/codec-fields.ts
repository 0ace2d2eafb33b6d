import {
  type Facts,
  NO_FACTS,
  type OutOfOffice,
  type Session,
  type StatusMessage,
} from '../engine/facts.ts';
import type { Pair } from '../engine/pair.ts';
import type { Presence } from '../engine/presence.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { known, readId, writeId } from './codec-ids.ts';
import {
  readCalendar,
  readLocations,
  readWorkLocation,
  writeCalendar,
  writeLocations,
  writeWorkLocation,
} from './codec-plans.ts';
import { codeOfPair, pairOfCode } from './codes.ts';

/*
 * The fields of stored values: each is read by the function next to the one that writes it.
 */

const HAS_PREFERRED = 1;
const HAS_STATUS_MESSAGE = 2;
const HAS_OUT_OF_OFFICE = 4;
/** These and what else stands behind them came with format 2. */
const HAS_CALENDAR = 8;
const HAS_LOCATIONS = 16;

export function writeFacts(writer: ByteWriter, facts: Facts): void {
  const { sessions, preferred, statusMessage, outOfOffice, calendar, locations } = facts;
  writer.byte(
    (preferred === null ? 0 : HAS_PREFERRED) |
      (statusMessage === null ? 0 : HAS_STATUS_MESSAGE) |
      (outOfOffice === null ? 0 : HAS_OUT_OF_OFFICE) |
      (calendar === null ? 0 : HAS_CALENDAR) |
      (locations.length === 0 ? 0 : HAS_LOCATIONS),
  );
  writer.byte(sessions.length);
  const ids: string[] = [];
  for (const { appId, sessionId, pair, setAtMs, expiresAtMs } of sessions) {
    writeId(writer, ids, appId);
    writeId(writer, ids, sessionId);
    writer.uint16(codeOfPair(pair));
    writer.number(setAtMs);
    writer.number(expiresAtMs);
  }
  if (preferred !== null) {
    writer.uint16(codeOfPair(preferred.pair));
    writer.number(preferred.expiresAtMs);
  }
  if (statusMessage !== null) writeStatusMessage(writer, statusMessage);
  if (outOfOffice !== null) {
    writer.number(outOfOffice.startsAtMs);
    writer.number(outOfOffice.endsAtMs);
    writer.byte(outOfOffice.message === null ? 0 : 1);
    if (outOfOffice.message !== null) writer.text(outOfOffice.message);
  }
  if (calendar !== null) writeCalendar(writer, calendar);
  if (locations.length > 0) writeLocations(writer, ids, locations);
}

export function readFacts(reader: ByteReader): Facts {
  const has = reader.byte();
  const count = reader.byte();
  const sessions: Session[] = [];
  const ids: string[] = [];
  for (let at = 0; at < count; at++) {
    const appId = readId(reader, ids);
    const sessionId = readId(reader, ids);
    const pair = readPair(reader);
    sessions.push({
      appId,
      sessionId,
      pair,
      setAtMs: reader.number(),
      expiresAtMs: reader.number(),
    });
  }
  const preferred =
    has & HAS_PREFERRED ? { pair: readPair(reader), expiresAtMs: reader.number() } : null;
  const statusMessage = has & HAS_STATUS_MESSAGE ? readStatusMessage(reader) : null;
  const outOfOffice = has & HAS_OUT_OF_OFFICE ? readOutOfOffice(reader) : null;
  const calendar = has & HAS_CALENDAR ? readCalendar(reader) : null;
  const locations = has & HAS_LOCATIONS ? readLocations(reader, ids) : NO_FACTS.locations;
  return { sessions, preferred, statusMessage, outOfOffice, calendar, locations };
}

function readOutOfOffice(reader: ByteReader): OutOfOffice {
  const startsAtMs = reader.number();
  const endsAtMs = reader.number();
  return { message: reader.byte() === 0 ? null : reader.text(), startsAtMs, endsAtMs };
}

function writeStatusMessage(writer: ByteWriter, message: StatusMessage): void {
  writer.text(message.content);
  writer.number(message.publishedAtMs);
  writer.number(message.expiresAtMs);
  writer.byte(message.expiry === null ? 0 : 1);
  if (message.expiry === null) return;
  writer.text(message.expiry.dateTime);
  writer.text(message.expiry.timeZone);
}

function readStatusMessage(reader: ByteReader): StatusMessage {
  const content = reader.text();
  const publishedAtMs = reader.number();
  const expiresAtMs = reader.number();
  const expiry = reader.byte() === 0 ? null : { dateTime: reader.text(), timeZone: reader.text() };
  return { content, publishedAtMs, expiresAtMs, expiry };
}

const IS_OUT_OF_OFFICE = 1;
/** The message is the one that stands elsewhere in the value. */
const SAME_OUT_OF_OFFICE_MESSAGE = 2;
const OWN_OUT_OF_OFFICE_MESSAGE = 4;
const SAME_STATUS_MESSAGE = 8;
const OWN_STATUS_MESSAGE = 16;
const HAS_WORK_LOCATION = 32;

/** Writes a presence, leaving out the messages that the value has already: those of the facts, or of the presence before. */
export function writePresence(
  writer: ByteWriter,
  presence: Presence,
  statusMessage: StatusMessage | null,
  outOfOfficeMessage: string | null,
): void {
  let flags = presence.isOutOfOffice ? IS_OUT_OF_OFFICE : 0;
  if (presence.outOfOfficeMessage !== null) {
    const same = presence.outOfOfficeMessage === outOfOfficeMessage;
    flags |= same ? SAME_OUT_OF_OFFICE_MESSAGE : OWN_OUT_OF_OFFICE_MESSAGE;
  }
  if (presence.statusMessage !== null) {
    const same = presence.statusMessage === statusMessage;
    flags |= same ? SAME_STATUS_MESSAGE : OWN_STATUS_MESSAGE;
  }
  if (presence.workLocation !== null) flags |= HAS_WORK_LOCATION;
  writer.uint16(codeOfPair(presence));
  writer.byte(flags);
  if (flags & OWN_OUT_OF_OFFICE_MESSAGE) writer.text(presence.outOfOfficeMessage ?? '');
  if (flags & OWN_STATUS_MESSAGE && presence.statusMessage !== null) {
    writeStatusMessage(writer, presence.statusMessage);
  }
  if (presence.workLocation !== null) writeWorkLocation(writer, presence.workLocation);
}

export function readPresence(
  reader: ByteReader,
  statusMessage: StatusMessage | null,
  outOfOfficeMessage: string | null,
): Presence {
  const { availability, activity } = readPair(reader);
  const flags = reader.byte();
  let message: string | null = null;
  if (flags & SAME_OUT_OF_OFFICE_MESSAGE) message = outOfOfficeMessage;
  if (flags & OWN_OUT_OF_OFFICE_MESSAGE) message = reader.text();
  let status: StatusMessage | null = null;
  if (flags & SAME_STATUS_MESSAGE) status = statusMessage;
  if (flags & OWN_STATUS_MESSAGE) status = readStatusMessage(reader);
  return {
    availability,
    activity,
    isOutOfOffice: (flags & IS_OUT_OF_OFFICE) !== 0,
    outOfOfficeMessage: message,
    statusMessage: status,
    workLocation: flags & HAS_WORK_LOCATION ? readWorkLocation(reader) : null,
  };
}

function readPair(reader: ByteReader): Pair {
  return known(pairOfCode(reader.uint16()));
}
