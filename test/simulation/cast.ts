import * as pairs from '../../src/engine/pair.ts';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;

export const TENANT = '11111111-0000-4000-8000-000000000001';
export const USERS = [1, 2, 3, 4].map((number) => `22222222-0000-4000-8000-00000000000${number}`);
export const APPS = [1, 2, 3].map((number) => `33333333-0000-4000-8000-00000000000${number}`);

export const SESSION_PAIRS = [
  pairs.AVAILABLE,
  pairs.AVAILABLE,
  pairs.AVAILABLE,
  pairs.AWAY,
  pairs.BE_RIGHT_BACK,
  pairs.BUSY,
  pairs.IN_A_CALL,
  pairs.IN_A_CONFERENCE_CALL,
  pairs.DO_NOT_DISTURB,
  pairs.PRESENTING,
];
export const PREFERRED_PAIRS = [
  pairs.AVAILABLE,
  pairs.BUSY,
  pairs.DO_NOT_DISTURB,
  pairs.BE_RIGHT_BACK,
  pairs.AWAY,
  pairs.OFF_WORK,
];
/** The shortest ones fall together with fades, or are past before them. */
export const LIFETIMES_MS = [5, 5, 6, 10, 10, 15, 15, 45, 240].map(
  (minutes) => minutes * MINUTE_MS,
);
