import { describe, expect, test } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import {
  createWindowOf,
  MOST_SPANS,
  RESERVE_MS,
  SOONEST_REFILL_MS,
  SPREAD_MS,
  WINDOW_MS,
  type Window,
} from '../../src/mailbox/window.ts';
import { eventOf, repeating, settingsSaid, sourceOf, spans } from './example-documents.ts';

const NOW = '2026-11-21T09:00:00Z';
const NOW_MS = Date.parse(NOW);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const TENANT = '11111111-0000-4000-8000-000000000001';
const userOf = (number: number) => ({
  tenantId: TENANT,
  userId: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
});

/** The window of a mailbox in which everything can be read. */
function windowOf(...documents: readonly [id: string, text: string][]): Promise<Window> {
  const onProblem = (_: unknown, what: string, error: unknown) => {
    throw new Error(`${what} could not be used`, { cause: error });
  };
  return createWindowOf({ turn: async () => {}, onProblem })(userOf(1), new Map(documents), NOW_MS);
}

/** The window, and what had to be left out of it. */
async function damagedWindow(...documents: readonly [id: string, text: string][]) {
  const problems: string[] = [];
  let turns = 0;
  const windowOf = createWindowOf({
    turn: async () => {
      turns++;
    },
    onProblem: (_, what) => problems.push(what),
  });
  const window = await windowOf(userOf(1), new Map(documents), NOW_MS);
  return { window, problems, turns };
}

describe('what is in it', () => {
  test('nothing, of an empty mailbox, and nobody looks again', async () => {
    expect(await windowOf()).toEqual({ spans: [], outOfOffice: null, refillAtMs: NEVER_MS });
  });

  test('events and sources together, those of one kind merged', async () => {
    const { spans: found } = await windowOf(
      eventOf('a', '2026-11-21T10:00:00', '2026-11-21T11:00:00'),
      eventOf('b', '2026-11-21T10:30:00', '2026-11-21T12:00:00', { showAs: 'oof' }),
      sourceOf('feed', ['busy', '2026-11-21T11:00:00Z', '2026-11-21T12:00:00Z']),
      sourceOf('other', ['focusing', '2026-11-21T08:00:00Z', '2026-11-21T09:30:00Z']),
    );
    expect(found).toEqual(
      spans(
        ['focusing', '2026-11-21T08:00:00Z', '2026-11-21T09:30:00Z'],
        ['busy', '2026-11-21T10:00:00Z', '2026-11-21T12:00:00Z'],
        ['outOfOffice', '2026-11-21T10:30:00Z', '2026-11-21T12:00:00Z'],
      ),
    );
  });

  test('what is on until it really ends; not what is over, nor what begins when the window ends', async () => {
    const { spans: found } = await windowOf(
      sourceOf(
        'feed',
        ['busy', '2026-11-21T08:00:00Z', NOW],
        ['outOfOffice', '2026-11-20T00:00:00Z', '2026-12-24T00:00:00Z'],
        ['busy', '2026-11-23T08:59:59.999Z', '2026-11-23T10:00:00Z'],
        ['busy', '2026-11-23T11:00:00Z', '2026-11-23T12:00:00Z'],
      ),
    );
    expect(found).toEqual(
      spans(
        ['outOfOffice', '2026-11-20T00:00:00Z', '2026-12-24T00:00:00Z'],
        ['busy', '2026-11-23T08:59:59.999Z', '2026-11-23T10:00:00Z'],
      ),
    );
  });

  test('whole days where their owner is', async () => {
    const allDay = { isAllDay: true, showAs: 'oof' } as const;
    const event = eventOf('a', '2026-11-22T00:00:00', '2026-11-23T00:00:00', allDay);
    const { spans: found } = await windowOf(settingsSaid({ timeZone: 'Asia/Kolkata' }), event);
    expect(found).toEqual(spans(['outOfOffice', '2026-11-21T18:30:00Z', '2026-11-22T18:30:00Z']));
  });

  test('automatic replies, however far away', async () => {
    const { outOfOffice, refillAtMs } = await windowOf(
      settingsSaid({
        automaticRepliesSetting: {
          status: 'scheduled',
          externalAudience: 'all',
          scheduledStartDateTime: { dateTime: '2027-08-01T00:00:00', timeZone: 'UTC' },
          scheduledEndDateTime: { dateTime: '2027-08-15T00:00:00', timeZone: 'UTC' },
          internalReplyMessage: 'Gone',
          externalReplyMessage: '',
        },
      }),
    );
    expect(outOfOffice).toEqual({
      message: 'Gone',
      startsAtMs: Date.parse('2027-08-01T00:00:00Z'),
      endsAtMs: Date.parse('2027-08-15T00:00:00Z'),
    });
    expect(refillAtMs).toBe(NEVER_MS);
  });
});

describe('when it is filled again', () => {
  /** Hours before something comes that isn't in it yet. */
  const reserve = (window: Window, comes: string) =>
    (Date.parse(comes) - window.refillAtMs) / HOUR_MS;

  test.each([
    [
      'an event far away',
      [eventOf('a', '2027-02-01T10:00:00', '2027-02-01T11:00:00')],
      '2027-02-01T10:00:00Z',
    ],
    [
      'a source’s span far away',
      [sourceOf('feed', ['busy', '2027-02-01T10:00:00Z', '2027-02-01T11:00:00Z'])],
      '2027-02-01T10:00:00Z',
    ],
    [
      'the end of the window, for a series that goes on',
      [eventOf('a', '2020-01-01T10:00:00', '2020-01-01T11:00:00', repeating('FREQ=DAILY'))],
      '2026-11-23T09:00:00Z',
    ],
    [
      'the start of a series that is to come',
      [eventOf('a', '2027-02-01T10:00:00', '2027-02-01T11:00:00', repeating('FREQ=DAILY'))],
      '2027-02-01T10:00:00Z',
    ],
    [
      'the next of a counted series',
      [
        eventOf(
          'a',
          '2026-11-01T10:00:00',
          '2026-11-01T11:00:00',
          repeating('FREQ=WEEKLY;COUNT=5'),
        ),
      ],
      '2026-11-29T10:00:00Z',
    ],
  ])('16 to 24 hours before %s', async (_, documents, comes) => {
    const hours = reserve(await windowOf(...documents), comes);
    expect(hours).toBeGreaterThanOrEqual(RESERVE_MS / HOUR_MS);
    expect(hours).toBeLessThanOrEqual((RESERVE_MS + SPREAD_MS) / HOUR_MS);
  });

  test.each([
    ['a single event, on or over', eventOf('a', '2026-11-21T08:00:00', '2026-11-22T11:00:00')],
    [
      'a series that ended',
      eventOf(
        'a',
        '2020-01-01T10:00:00',
        '2020-01-01T11:00:00',
        repeating('FREQ=DAILY;UNTIL=20260101T000000Z'),
      ),
    ],
    [
      'a series of free time',
      eventOf('a', '2020-01-01T10:00:00', '2020-01-01T11:00:00', {
        showAs: 'free',
        ...repeating('FREQ=DAILY'),
      }),
    ],
    [
      'a cancelled event far away',
      eventOf('a', '2027-02-01T10:00:00', '2027-02-01T11:00:00', { isCancelled: true }),
    ],
  ])('never, for %s', async (_, document) => {
    expect((await windowOf(document)).refillAtMs).toBe(NEVER_MS);
  });

  test('once a year, for a counted series of which nothing comes', async () => {
    const over = eventOf(
      'a',
      '2020-01-01T10:00:00',
      '2020-01-01T11:00:00',
      repeating('FREQ=DAILY;COUNT=5'),
    );
    const days = ((await windowOf(over)).refillAtMs - NOW_MS) / DAY_MS;
    expect(days).toBeGreaterThan(365);
    expect(days).toBeLessThan(500);
  });

  test('spread over eight hours, for different users', async () => {
    const documents = new Map([
      eventOf('a', '2020-01-01T10:00:00', '2020-01-01T11:00:00', repeating('FREQ=DAILY')),
    ]);
    const window = createWindowOf({ turn: async () => {}, onProblem() {} });
    const byHour = new Array(8).fill(0);
    for (let number = 0; number < 800; number++) {
      const { refillAtMs } = await window(userOf(number), documents, NOW_MS);
      byHour[Math.floor((refillAtMs - NOW_MS) / HOUR_MS) - 24]++;
    }
    expect(Math.min(...byHour)).toBeGreaterThan(50);
    expect(byHour.reduce((sum, count) => sum + count)).toBe(800);
  });
});

describe('bounds', () => {
  const every = (minutes: number, count: number) =>
    sourceOf(
      'feed',
      ...Array.from({ length: count }, (_, at) => {
        const startMs = NOW_MS + at * minutes * 60_000;
        const endMs = startMs + 30_000;
        return ['busy', new Date(startMs).toISOString(), new Date(endMs).toISOString()] as const;
      }),
    );

  test(`${MOST_SPANS} spans fit; of more the first are there, and it is filled again half way`, async () => {
    expect((await windowOf(every(4, MOST_SPANS))).spans).toHaveLength(MOST_SPANS);
    const { spans: found, refillAtMs } = await windowOf(every(4, MOST_SPANS + 1));
    expect(found).toHaveLength(MOST_SPANS);
    expect(refillAtMs).toBe(NOW_MS + (MOST_SPANS / 2) * 4 * 60_000);
  });

  test('however dense it is, it isn’t filled more often than each five minutes', async () => {
    const dense = Array.from({ length: 2000 }, (_, at) => {
      const startMs = NOW_MS + at * 10;
      return [
        'busy',
        new Date(startMs).toISOString(),
        new Date(startMs + 1).toISOString(),
      ] as const;
    });
    expect((await windowOf(sourceOf('feed', ...dense))).refillAtMs).toBe(
      NOW_MS + SOONEST_REFILL_MS,
    );
  });

  test('an event that takes too long is left out and told of, and tried again in the next window', async () => {
    const { window, problems } = await damagedWindow(
      eventOf(
        'hard',
        '2020-01-01T10:00:00',
        '2020-01-01T10:00:01',
        repeating('FREQ=SECONDLY;INTERVAL=2'),
      ),
      eventOf('easy', '2026-11-21T10:00:00', '2026-11-21T11:00:00'),
    );
    expect(problems).toEqual(['event hard']);
    expect(window.spans).toEqual(spans(['busy', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z']));
    expect(window.refillAtMs).toBeLessThan(NOW_MS + WINDOW_MS);
  });

  test('many such events take no more than one calendar may, and what comes before them is there', async () => {
    const hard = Array.from({ length: 2000 }, (_, at) =>
      eventOf(
        `hard ${at}`,
        '2020-01-01T10:00:00',
        '2020-01-01T10:00:01',
        repeating('FREQ=SECONDLY;INTERVAL=2'),
      ),
    );
    const began = performance.now();
    const { window, problems } = await damagedWindow(
      eventOf('easy', '2026-11-21T10:00:00', '2026-11-21T11:00:00'),
      ...hard,
    );
    expect(performance.now() - began).toBeLessThan(1000);
    expect(problems.length).toBeLessThan(10);
    expect(window.spans).toHaveLength(1);
  });
});

test('others have their turn while a large calendar is gone through', async () => {
  const weekly = Array.from({ length: 2000 }, (_, at) =>
    eventOf(`${at}`, '2026-11-01T10:00:00', '2026-11-01T11:00:00', repeating('FREQ=WEEKLY')),
  );
  const { turns, window } = await damagedWindow(...weekly);
  expect(turns).toBeGreaterThanOrEqual(10);
  expect(window.spans).toEqual(spans(['busy', '2026-11-22T10:00:00Z', '2026-11-22T11:00:00Z']));
});

describe('what can’t be read', () => {
  test.each([
    ['no JSON', ['event a', '{']],
    ['an event of a newer program', ['event a', '{"version":99}']],
    ['spans that are none', ['spans feed', '{"knownUntilMs":null,"spans":[["busy"]]}']],
    ['a kind of span that is unknown', ['spans feed', '{"knownUntilMs":0,"spans":[["nap",1,2]]}']],
  ] as const)('%s is left out and told of; the rest counts', async (_, [id, text]) => {
    const good = sourceOf('good', ['busy', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z']);
    const { window, problems } = await damagedWindow([id, text], good);
    expect(problems).toEqual([id]);
    expect(window.spans).toHaveLength(1);
  });

  test('settings of a newer program count as none', async () => {
    const { window, problems } = await damagedWindow(['settings', '{"version":99}']);
    expect(problems).toEqual(['settings', 'the time zone']);
    expect(window.outOfOffice).toBeNull();
  });
});
