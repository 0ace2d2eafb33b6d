import { expect, test } from 'vitest';
import type { Response, ShowAs } from '../../src/calendar/event.ts';
import { spanKindOf } from '../../src/calendar/showing.ts';
import { slot, time } from './events.ts';

const SHOW_AS: readonly ShowAs[] = [
  'free',
  'tentative',
  'busy',
  'oof',
  'workingElsewhere',
  'unknown',
];

const RESPONSES: readonly Response[] = [
  'none',
  'organizer',
  'tentativelyAccepted',
  'accepted',
  'declined',
  'notResponded',
];

/** All that shows; the rest does not. */
const SHOWS: Record<string, string> = {
  'busy in part of a day': 'busy',
  'busy in part of a day, focus time': 'focusing',
  'oof in part of a day': 'outOfOffice',
  'oof in part of a day, focus time': 'outOfOffice',
  'oof all day': 'outOfOffice',
  'oof all day, focus time': 'outOfOffice',
  'workingElsewhere in part of a day': 'workingElsewhere',
  'workingElsewhere in part of a day, focus time': 'workingElsewhere',
  'workingElsewhere all day': 'workingElsewhere',
  'workingElsewhere all day, focus time': 'workingElsewhere',
};

const cases = SHOW_AS.flatMap((showAs) =>
  [false, true].flatMap((isAllDay) =>
    [false, true].map((isFocusTime) => {
      const when = isAllDay ? 'all day' : 'in part of a day';
      const name = `${showAs} ${when}${isFocusTime ? ', focus time' : ''}`;
      return { name, showAs, isAllDay, isFocusTime, shows: SHOWS[name] };
    }),
  ),
);

test('what is expected is about cases that there are', () => {
  const names = cases.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(Object.keys(SHOWS)));
  expect(names).toHaveLength(24);
});

test.each(cases)('$name shows as $shows', ({ showAs, isAllDay, isFocusTime, shows }) => {
  for (const response of RESPONSES) {
    for (const isCancelled of [false, true]) {
      const given = slot(time('2026-01-05T09:00'), {
        showAs,
        isAllDay,
        isFocusTime,
        response,
        isCancelled,
      });
      const isOff = isCancelled || response === 'declined';
      expect(spanKindOf(given), JSON.stringify(given)).toBe(isOff ? undefined : shows);
    }
  }
});
