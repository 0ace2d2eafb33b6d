import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { UTC, zoneNamed } from '../../src/calendar/zones.ts';
import { Random } from '../crash/random.ts';
import { at, DAY_MS, MINUTE_MS, zone } from './events.ts';

const shown = (ms: number) => new Date(ms).toISOString().slice(0, 19);

/** What Temporal's polyfill says; it shares nothing with the zones but `Intl`. */
const judge = {
  wallOf(name: string, instantMs: number): number {
    const instant = Temporal.Instant.fromEpochMilliseconds(instantMs);
    const plain = instant.toZonedDateTimeISO(name).toPlainDateTime();
    return plain.toZonedDateTime('UTC').epochMilliseconds;
  },
  instantOf(name: string, wallMs: number): number {
    const instant = Temporal.Instant.fromEpochMilliseconds(wallMs);
    const plain = instant.toZonedDateTimeISO('UTC').toPlainDateTime();
    return plain.toZonedDateTime(name).epochMilliseconds;
  },
};

describe('names', () => {
  test.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['EUROPE/berlin', 'Europe/Berlin'],
    ['W. Europe Standard Time', 'Europe/Berlin'],
    ['pacific standard TIME', 'America/Los_Angeles'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['utc', 'UTC'],
    ['Etc/UTC', 'UTC'],
    ['GMT', 'UTC'],
  ])('%s is %s', (name, expected) => {
    expect(zoneNamed(name)?.name).toBe(expected);
  });

  test('one zone is one object, whatever it is called by', () => {
    expect(zoneNamed('W. Europe Standard Time')).toBe(zoneNamed('europe/berlin'));
    expect(zoneNamed('Etc/GMT')).toBe(UTC);
  });

  test.each([
    '',
    'Mars/Olympus',
    '+02:00',
    '__proto__',
    'constructor',
    `Europe/Berlin${'x'.repeat(99)}`,
  ])('%j is no zone, asked once or twice', (name) => {
    expect(zoneNamed(name)).toBeUndefined();
    expect(zoneNamed(name)).toBeUndefined();
  });
});

describe('clock changes', () => {
  test.each([
    ['of a gap the offset before counts', 'Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30'],
    [
      'of a repeated hour the first counts',
      'Europe/Berlin',
      '2026-10-25T02:30',
      '2026-10-25T00:30',
    ],
    ['a gap of half an hour', 'Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45'],
    ['a repeated half hour', 'Australia/Lord_Howe', '2026-04-05T01:45', '2026-04-04T14:45'],
    ['just after that half hour', 'Australia/Lord_Howe', '2026-04-05T02:00', '2026-04-04T15:30'],
    ['a day that was skipped', 'Pacific/Apia', '2011-12-30T12:00', '2011-12-30T22:00'],
    ['the day after it', 'Pacific/Apia', '2011-12-31T00:00', '2011-12-30T10:00'],
    [
      'a clock that is put back for Ramadan',
      'Africa/Casablanca',
      '2026-03-01T12:00',
      '2026-03-01T12:00',
    ],
    ['and forward after it', 'Africa/Casablanca', '2026-04-01T12:00', '2026-04-01T11:00'],
    ['a midnight that is skipped', 'Africa/Cairo', '2026-04-24T00:00', '2026-04-23T22:00'],
  ])('%s: %s %s is %s UTC', (_, name, local, utc) => {
    expect(shown(zone(name).instantOf(at(local)))).toBe(`${utc}:00`);
  });

  test('a week of winter time within summer, Recife in October 2000, is seen', () => {
    const recife = zone('America/Recife');
    const offsets = [6, 9, 13, 16].map((day) => {
      const instantMs = Date.UTC(2000, 9, day, 12);
      return (recife.wallOf(instantMs) - instantMs) / 3_600_000;
    });
    expect(offsets).toEqual([-3, -2, -2, -3]);
  });
});

test('around each clock change of a generation Temporal says the same', () => {
  const names = [
    'Europe/Berlin',
    'America/New_York',
    'America/Sao_Paulo',
    'Australia/Lord_Howe',
    'Africa/Casablanca',
    'Pacific/Apia',
    'Asia/Gaza',
    'Europe/Dublin',
    'Antarctica/Troll',
  ];
  let changes = 0;
  for (const name of names) {
    const mine = zone(name);
    let now = Temporal.Instant.from('2008-01-01T00:00Z').toZonedDateTimeISO(name);
    for (;;) {
      const next = now.getTimeZoneTransition('next');
      if (next === null || next.year > 2030) break;
      const offsetMs = now.offsetNanoseconds / 1e6;
      now = next;
      changes += 1;
      for (const aroundMs of [-DAY_MS, -1, 0, 20 * MINUTE_MS, 90 * MINUTE_MS, DAY_MS]) {
        const instantMs = now.epochMilliseconds + aroundMs;
        expect(mine.wallOf(instantMs), `${name} ${shown(instantMs)}`).toBe(
          judge.wallOf(name, instantMs),
        );
        // As a clock would show that had not been changed: into each gap and each repeated hour.
        const wallMs = instantMs + offsetMs;
        expect(mine.instantOf(wallMs), `${name} ${shown(wallMs)}`).toBe(
          judge.instantOf(name, wallMs),
        );
      }
    }
  }
  expect(changes).toBeGreaterThan(250);
});

test('in all zones, at any time of two centuries, Temporal says the same', () => {
  const random = new Random(20_261_121);
  const names = Intl.supportedValuesOf('timeZone');
  expect(names.length).toBeGreaterThan(400);
  for (const name of names) {
    const mine = zone(name);
    for (let each = 0; each < 3; each += 1) {
      const ms = random.between(Date.UTC(1890, 0, 1), Date.UTC(2090, 0, 1));
      expect(mine.wallOf(ms), `${name} ${shown(ms)}`).toBe(judge.wallOf(name, ms));
      expect(mine.instantOf(ms), `${name} ${shown(ms)}`).toBe(judge.instantOf(name, ms));
    }
  }
});

test('times that no calendar can mean have an instant too', () => {
  const berlin = zone('Europe/Berlin');
  for (const ms of [-1e17, -8.64e15, 8.64e15, 1e17]) {
    expect(Math.abs(berlin.wallOf(ms) - ms)).toBeLessThan(DAY_MS);
    expect(Math.abs(berlin.instantOf(ms) - ms)).toBeLessThan(DAY_MS);
  }
});

test('what was forgotten, as only so much is kept, is found again', () => {
  const newYork = zone('America/New_York');
  const summers = Array.from({ length: 1000 }, (_, year) => Date.UTC(1990 + year, 6, 1));
  for (let round = 0; round < 2; round += 1) {
    for (const ms of summers) expect(newYork.wallOf(ms) - ms).toBe(-4 * 3_600_000);
  }
});
