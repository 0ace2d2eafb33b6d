import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectError, type Porchlight, startPorchlight } from '../porchlight.ts';
import {
  berlin,
  EVENTS,
  type EventJson,
  type EventsJson,
  eventOf,
  made,
  meeting,
  mondays,
  startOf,
  viewed,
} from './planning.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight({ profile: 'extended' });
});
afterAll(() => porchlight.close());

/** A calendar of its own for each test: what another one left is deleted. */
async function newSeries(changes: object = {}, range: object = {}): Promise<EventJson> {
  const app = porchlight.as();
  const { value } = (await app.get(`${EVENTS}?$top=1000`)).body as EventsJson;
  for (const { id } of value) await app.delete(`${EVENTS}/${id}`);
  return made(porchlight, mondays(changes, range));
}

const december = () => viewed(porchlight, '2026-11-20', '2027-01-01');
const starts = (events: readonly EventJson[]) => events.map(startOf);

describe('when a series takes place', () => {
  test('each occurrence has an id, the series’ id and when it was to begin', async () => {
    const { id } = await newSeries({}, { type: 'numbered', numberOfOccurrences: 2 });
    expect(await december()).toMatchObject([
      {
        id: `${id}_20261123T090000`,
        iCalUId: `${id}_20261123T090000`,
        seriesMasterId: id,
        type: 'occurrence',
        originalStart: '2026-11-23T08:00:00Z',
        recurrence: null,
        start: { dateTime: '2026-11-23T08:00:00.0000000', timeZone: 'UTC' },
        end: { dateTime: '2026-11-23T09:00:00.0000000', timeZone: 'UTC' },
      },
      { id: `${id}_20261130T090000` },
    ]);
  });

  test('a series keeps its time of day across a daylight change', async () => {
    await newSeries();
    const spring = await viewed(porchlight, '2027-03-20', '2027-04-01');
    expect(starts(spring)).toEqual(['03-22 08:00', '03-29 07:00']);
  });

  test.each([
    [{ type: 'noEnd' }, 6],
    [{ type: 'endDate', endDate: '2026-12-14' }, 4],
    [{ type: 'endDate', endDate: '2026-12-13' }, 3],
    [{ type: 'numbered', numberOfOccurrences: 5 }, 5],
  ])('a range of %j has %i occurrences until the end of the year', async (range, count) => {
    await newSeries({}, range);
    expect(await december()).toHaveLength(count);
  });

  test.each([
    ['daily', { type: 'daily', interval: 10 }, ['11-23', '12-03', '12-13', '12-23']],
    [
      'weekly',
      { type: 'weekly', interval: 2, daysOfWeek: ['Monday', 'Thursday'], firstDayOfWeek: 'Monday' },
      ['11-23', '11-26', '12-07', '12-10', '12-21', '12-24'],
    ],
    [
      'absoluteMonthly',
      { type: 'absoluteMonthly', interval: 1, dayOfMonth: 31 },
      ['11-30', '12-31'],
    ],
    [
      'relativeMonthly',
      { type: 'relativeMonthly', interval: 1, daysOfWeek: ['friday'], index: 'last' },
      ['11-27', '12-25'],
    ],
    [
      'absoluteYearly',
      { type: 'absoluteYearly', interval: 1, dayOfMonth: 24, month: 12 },
      ['12-24'],
    ],
    [
      'relativeYearly',
      { type: 'relativeYearly', interval: 1, daysOfWeek: ['tuesday'], index: 'first', month: 12 },
      ['12-01'],
    ],
  ])('a %s pattern begins on the first day that it names', async (_, pattern, days) => {
    const range = { type: 'noEnd', startDate: '2026-11-23' };
    const series = await newSeries({ recurrence: { pattern, range } });
    expect(starts(await december()).map((start) => start.slice(0, 5))).toEqual(days);
    expect(startOf(series).slice(0, 5)).toBe(days[0]);
    expect(series.recurrence?.range.startDate).toBe(`2026-${days[0]}`);
  });

  test('a pattern comes back in Graph’s words, with all of its parts', async () => {
    expect((await newSeries()).recurrence).toEqual({
      pattern: {
        type: 'weekly',
        interval: 1,
        month: 0,
        dayOfMonth: 0,
        daysOfWeek: ['monday'],
        firstDayOfWeek: 'sunday',
        index: 'first',
      },
      range: {
        type: 'noEnd',
        startDate: '2026-11-23',
        endDate: '0001-01-01',
        recurrenceTimeZone: 'Europe/Berlin',
        numberOfOccurrences: 0,
      },
    });
  });

  test.each([
    [{ pattern: { type: 'weekly', interval: 1 } }, '[Recurrence.Pattern.DaysOfWeek]'],
    [{ pattern: { type: 'hourly', interval: 1 } }, '[Recurrence.Pattern.Type]'],
    [{ pattern: { type: 'daily', interval: 0 } }, '[Recurrence.Pattern.Interval]'],
    [
      { pattern: { type: 'daily' }, range: null },
      '[Recurrence.Range]: The Range field is required.',
    ],
    [{ pattern: { type: 'daily' }, range: { type: 'endDate' } }, '[Recurrence.Range.EndDate]'],
    [
      { pattern: { type: 'daily' }, range: { type: 'endDate', endDate: '2026-11-22' } },
      'ends before its first occurrence',
    ],
    [
      { pattern: { type: 'daily' }, range: { type: 'numbered', numberOfOccurrences: 1000 } },
      '[Recurrence.Range.NumberOfOccurrences]',
    ],
    [
      { pattern: { type: 'daily' }, range: { type: 'noEnd', recurrenceTimeZone: 'Moon' } },
      '[Recurrence.Range.RecurrenceTimeZone]',
    ],
    [
      { pattern: { type: 'absoluteYearly', dayOfMonth: 30, month: 2 } },
      '[Recurrence.Pattern.DayOfMonth]',
    ],
    [{ '@porchlight.rrule': 'FREQ=OFTEN' }, '[Recurrence.@porchlight.rrule]'],
    [{ '@porchlight.rrule': 'FREQ=SECONDLY' }, 'takes place too often'],
  ])('%j is 400', async (recurrence, message) => {
    const answer = await porchlight
      .as()
      .post(EVENTS, mondays({ recurrence: { range: { type: 'noEnd' }, ...recurrence } }));
    const isRule = '@porchlight.rrule' in recurrence;
    const alone = await porchlight.as().post(EVENTS, mondays({ recurrence }));
    expect(expectError(isRule ? alone : answer, 400, 'InvalidArgument')).toContain(message);
  });
});

describe('a rule of RFC 5545', () => {
  const RULE = { '@porchlight.rrule': 'FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=3' };

  test('is kept as it was written', async () => {
    const { id } = await newSeries({ recurrence: RULE });
    const series = eventOf(await porchlight.as().get(`${EVENTS}/${id}`));
    expect(series).toMatchObject({ type: 'seriesMaster', recurrence: RULE });
    expect(starts(await december())).toEqual(['11-23 08:00', '11-30 08:00', '12-31 08:00']);
  });

  test('needs profile extended', async () => {
    const graph = await startPorchlight();
    const answer = await graph.as().post(EVENTS, mondays({ recurrence: RULE }));
    expect(expectError(answer, 400, 'InvalidArgument')).toContain('needs profile extended');
    await graph.close();
  });
});

describe('one occurrence', () => {
  test('PATCH makes it an exception, which keeps its id where it is moved to', async () => {
    const { id } = await newSeries();
    const app = porchlight.as();
    const occurrence = `${EVENTS}/${id}_20261130T090000`;
    const moved = { start: berlin('30T15:00'), end: berlin('30T16:30'), subject: 'Later' };
    const exception = eventOf(await app.patch(occurrence, moved));
    expect(exception).toMatchObject({
      id: `${id}_20261130T090000`,
      type: 'exception',
      seriesMasterId: id,
      subject: 'Later',
      showAs: 'busy',
      originalStart: '2026-11-30T08:00:00Z',
      start: { dateTime: '2026-11-30T14:00:00.0000000' },
      end: { dateTime: '2026-11-30T15:30:00.0000000' },
    });
    expect(eventOf(await app.get(occurrence))).toEqual(exception);
    expect(starts(await december()).slice(0, 3)).toEqual([
      '11-23 08:00',
      '11-30 14:00',
      '12-07 08:00',
    ]);
  });

  test('what is said of it alone stays when the series says something else', async () => {
    const { id } = await newSeries();
    const app = porchlight.as();
    await app.patch(`${EVENTS}/${id}_20261130T090000`, { subject: 'Special' });
    await app.patch(`${EVENTS}/${id}`, { subject: 'Every Monday', showAs: 'free' });
    expect((await december()).slice(0, 2)).toMatchObject([
      { subject: 'Every Monday', showAs: 'free', type: 'occurrence' },
      { subject: 'Special', showAs: 'free', type: 'exception' },
    ]);
  });

  test('DELETE takes it out of the series, and nothing else', async () => {
    const { id } = await newSeries({}, { type: 'numbered', numberOfOccurrences: 3 });
    const app = porchlight.as();
    const path = `${EVENTS}/${id}_20261130T090000`;
    expect((await app.delete(path)).status).toBe(204);
    expectError(await app.get(path), 404, 'ErrorItemNotFound');
    expectError(await app.delete(path), 404, 'ErrorItemNotFound');
    expect(starts(await december())).toEqual(['11-23 08:00', '12-07 08:00']);
  });

  test('another time or recurrence of the series forgets what was said of single occurrences', async () => {
    const start = { start: berlin('23T11:00'), end: berlin('23T12:00') };
    for (const change of [start, { recurrence: null }]) {
      const { id } = await newSeries({}, { type: 'numbered', numberOfOccurrences: 3 });
      const app = porchlight.as();
      await app.patch(`${EVENTS}/${id}_20261130T090000`, { subject: 'Special' });
      await app.delete(`${EVENTS}/${id}_20261207T090000`);
      await app.patch(`${EVENTS}/${id}`, change);
      const times =
        'recurrence' in change ? ['11-23 08:00'] : ['11-23 10:00', '11-30 10:00', '12-07 10:00'];
      expect(starts(await december())).toEqual(times);
    }
  });

  test('an id that the series has no occurrence for is 404', async () => {
    const { id } = await newSeries();
    const single = await made(porchlight, meeting());
    for (const name of [
      `${id}_20261124T090000`,
      `${id}_20261123T090001`,
      `${id}_20261116T090000`,
      `${id}_20261399T090000`,
      `${id}_99999999T999999`,
      `${single.id}_20261121T103000`,
    ]) {
      expectError(await porchlight.as().get(`${EVENTS}/${name}`), 404, 'ErrorItemNotFound');
    }
  });

  test('it has no recurrence of its own: 400', async () => {
    const { id, recurrence } = await newSeries();
    const answer = await porchlight.as().patch(`${EVENTS}/${id}_20261130T090000`, { recurrence });
    expect(expectError(answer, 400, 'InvalidArgument')).toContain('[Recurrence]');
  });

  test('1,000 may be different, the next one is 409', async () => {
    const pattern = { type: 'daily', interval: 1 };
    const range = { type: 'noEnd', startDate: '2026-11-23' };
    const { id } = await newSeries({ recurrence: { pattern, range } });
    const [[document, text = ''] = ['', '']] = await mailbox();
    const days = Array.from({ length: 999 }, (_, day) => Date.UTC(2026, 10, 24 + day, 9));
    const removed = days.map((day) =>
      new Date(day).toISOString().slice(0, 19).replaceAll(/[-:]/g, ''),
    );
    const full = JSON.stringify({ ...JSON.parse(text), removed });
    await porchlight.store
      .documentsOf(0)
      .write([{ collection: COLLECTION, id: document, text: full }]);
    const app = porchlight.as();
    expect((await app.delete(`${EVENTS}/${id}_20291001T090000`)).status).toBe(204);
    expectError(await app.delete(`${EVENTS}/${id}_20291002T090000`), 409, 'Conflict');
    expect((await app.get(`${EVENTS}/${id}_20291002T090000`)).status).toBe(200);
  });
});

const COLLECTION =
  'person 11111111-0000-4000-8000-000000000001 fa8bf3dc-eca7-46b7-bad1-db199b62afc3';

async function mailbox(): Promise<(readonly [string, string])[]> {
  const documents = await porchlight.store.documentsOf(0).all(COLLECTION);
  return [...documents].filter(([id]) => id.startsWith('event '));
}

describe('GET /events/{id}/instances', () => {
  test('gives the occurrences of one series in a range, the moved ones where they are', async () => {
    const { id } = await newSeries();
    await made(porchlight, meeting());
    const app = porchlight.as();
    await app.patch(`${EVENTS}/${id}_20261130T090000`, {
      start: berlin('24T09:00'),
      end: berlin('24T10:00'),
    });
    const range = 'startDateTime=2026-11-21T00:00:00&endDateTime=2026-12-08T00:00:00';
    const { body } = await app.get(`${EVENTS}/${id}/instances?${range}`);
    const { value } = body as EventsJson;
    expect(starts(value)).toEqual(['11-23 08:00', '11-24 08:00', '12-07 08:00']);
    expect((body as Record<string, string>)['@odata.context']).toContain(`/events/${id}/instances`);
  });

  test('a single event has none, an unknown one is 404', async () => {
    const { id } = await made(porchlight, meeting());
    const range = 'startDateTime=2026-11-21&endDateTime=2026-12-08';
    const app = porchlight.as();
    expect((await app.get(`${EVENTS}/${id}/instances?${range}`)).body).toMatchObject({ value: [] });
    expectError(await app.get(`${EVENTS}/none/instances?${range}`), 404, 'ErrorItemNotFound');
  });
});
