import { expect, test } from 'vitest';
import { feedUrl, shownUrl } from '../../src/feeds/feed-url.ts';
import { askedRestMs, freshMs, restAfterFailure, restAfterGood } from '../../src/feeds/schedule.ts';
import { calendar } from './ics.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const pace = (random = 0, everyMs = 15 * MINUTE_MS) => ({ everyMs, random });

test.each([
  [0, 15 * MINUTE_MS],
  [MINUTE_MS, 15 * MINUTE_MS],
  [HOUR_MS, HOUR_MS],
  [72 * HOUR_MS, 24 * HOUR_MS],
])('a feed that asks for %i ms of rest is fetched after %i', (askedMs, restMs) => {
  expect(restAfterGood(askedMs, pace())).toBe(restMs);
});

test('feeds are spread over a tenth more than their time, and never come early', () => {
  expect(restAfterGood(0, pace(1, 1000))).toBe(1100);
  expect(restAfterGood(0, pace(0.5, 1000))).toBe(1050);
});

test('one that fails is left alone twice as long each time, six hours at most', () => {
  const rests = [1, 2, 3, 6, 100].map((failures) => restAfterFailure(failures, 0, pace()));
  expect(rests.map((ms) => ms / MINUTE_MS)).toEqual([15, 30, 60, 360, 360]);
  expect(restAfterFailure(1, 8 * HOUR_MS, pace())).toBe(8 * HOUR_MS);
  expect(restAfterFailure(1, 80 * HOUR_MS, pace())).toBe(24 * HOUR_MS);
});

test('one that is fetched seldom anyway isn’t fetched more often for failing', () => {
  expect(restAfterFailure(1, 0, pace(0, 12 * HOUR_MS))).toBe(12 * HOUR_MS);
});

test.each([
  ['max-age=300', 300_000],
  ['private, max-age=300', 300_000],
  ['MAX-AGE="300"', 300_000],
  ['s-maxage=300', 0],
  ['no-cache, max-age=300', 0],
  ['no-store', 0],
  ['max-age=-1', 0],
  ['max-age=99999999999999999999', 999_999_999_000],
  [undefined, 0],
])('Cache-Control: %s is good for %i ms', (header, ms) => {
  expect(freshMs(header)).toBe(ms);
});

test.each([
  ['REFRESH-INTERVAL;VALUE=DURATION:PT12H', 12 * HOUR_MS],
  ['X-PUBLISHED-TTL:PT30M', 30 * MINUTE_MS],
  ['x-published-ttl:P1D', 24 * HOUR_MS],
  ['X-PUBLISHED-TTL:soon', 0],
  ['X-PUBLISHED-TTL:-PT5M', 0],
  ['X-WR-CALDESC:X-PUBLISHED-TTL:PT5M', 0],
])('a calendar with %s asks for %i ms of rest', (line, ms) => {
  expect(askedRestMs(calendar([], [line]))).toBe(ms);
});

test.each([
  ['webcal://a.example/b?c#d', 'https://a.example/b?c'],
  ['WEBCALS://A.example', 'https://a.example/'],
  [' https://a.example/ ', 'https://a.example/'],
  ['a.example', undefined],
  [`https://a.example/${'ü'.repeat(1000)}`, undefined],
])('%s is fetched as %s', (text, url) => {
  expect(feedUrl(text)).toBe(url);
});

test('of an address its origin is shown, and a fingerprint that differs with all of it', () => {
  const one = shownUrl('https://a.example:8443/private-1/basic.ics');
  const other = shownUrl('https://a.example:8443/private-2/basic.ics');
  expect(one).toEqual({
    origin: 'https://a.example:8443',
    fingerprint: expect.stringMatching(/^[\da-f]{16}$/),
  });
  expect(other.fingerprint).not.toBe(one.fingerprint);
});
