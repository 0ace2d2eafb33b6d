import type { CalendarFacts, CalendarSpan, LocationSignal } from '../engine/facts.ts';
import type { WorkLocation } from '../engine/work-location.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import { known, readId, writeId } from './codec-ids.ts';
import {
  codeOfLocation,
  codeOfSource,
  codeOfSpan,
  locationOfCode,
  sourceOfCode,
  spanOfCode,
} from './codes.ts';

/*
 * Of stored values, what calendars and work locations put there: each field is read by the function next to
 * the one that writes it.
 */

export function writeCalendar(writer: ByteWriter, calendar: CalendarFacts): void {
  const { spans, refillAtMs, revision, awaited } = calendar;
  writer.number(refillAtMs);
  writer.number(revision);
  writer.number(awaited);
  writer.uint16(spans.length);
  for (const { kind, startsAtMs, endsAtMs } of spans) {
    writer.byte(codeOfSpan(kind));
    writer.number(startsAtMs);
    writer.number(endsAtMs);
  }
}

export function readCalendar(reader: ByteReader): CalendarFacts {
  const refillAtMs = reader.number();
  const revision = reader.number();
  const awaited = reader.number();
  const count = reader.uint16();
  const spans: CalendarSpan[] = [];
  for (let at = 0; at < count; at++) {
    const kind = known(spanOfCode(reader.byte()));
    spans.push({ kind, startsAtMs: reader.number(), endsAtMs: reader.number() });
  }
  return { spans, refillAtMs, revision, awaited };
}

export function writeLocations(
  writer: ByteWriter,
  ids: string[],
  locations: readonly LocationSignal[],
): void {
  writer.byte(locations.length);
  for (const { source, appId, workLocationType, placeId, setAtMs, endsAtMs } of locations) {
    writeWorkLocation(writer, { source, workLocationType, placeId });
    writeId(writer, ids, appId);
    writer.number(setAtMs);
    writer.number(endsAtMs);
  }
}

export function readLocations(reader: ByteReader, ids: string[]): LocationSignal[] {
  const count = reader.byte();
  const locations: LocationSignal[] = [];
  for (let at = 0; at < count; at++) {
    const { source, ...place } = readWorkLocation(reader);
    const own = known(source === 'scheduled' ? undefined : source);
    const appId = readId(reader, ids);
    const setAtMs = reader.number();
    locations.push({ source: own, ...place, appId, setAtMs, endsAtMs: reader.number() });
  }
  return locations;
}

export function writeWorkLocation(writer: ByteWriter, location: WorkLocation): void {
  const { source, workLocationType, placeId } = location;
  writer.byte(codeOfSource(source));
  writer.byte(codeOfLocation(workLocationType));
  writer.byte(placeId === null ? 0 : 1);
  if (placeId !== null) writer.text(placeId);
}

export function readWorkLocation(reader: ByteReader): WorkLocation {
  const source = known(sourceOfCode(reader.byte()));
  const workLocationType = known(locationOfCode(reader.byte()));
  return { source, workLocationType, placeId: reader.byte() === 0 ? null : reader.text() };
}
