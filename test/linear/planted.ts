import {
  AVAILABLE,
  AWAY,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  OFFLINE,
  PRESENTING,
} from '../../src/engine/pair.ts';
import type { FindingKind } from './explain.ts';
import type { Operation } from './operation.ts';
import { clear, prefer, preferNothing, read, say, set, shownAs, write } from './script.ts';

export interface Planted {
  readonly what: string;
  readonly kind: FindingKind;
  readonly history: readonly Operation[];
}

const busy = shownAs(BUSY);
const away = shownAs(AWAY);
const offline = shownAs(OFFLINE);
const calling = shownAs(IN_A_CALL);

/** Histories that no server may have. */
export const PLANTED: readonly Planted[] = [
  {
    what: 'a read misses a session that was acknowledged before it began',
    kind: 'stale read',
    history: [write(set('a', BUSY), 0, 1), read(0, offline, 2, 3), read(5, busy, 4, 5)],
  },
  {
    what: 'a read shows the message before the last one',
    kind: 'stale read',
    history: [
      write(say('one'), 0, 1),
      read(1, shownAs(OFFLINE, 'one'), 2, 3),
      write(say('two'), 4, 5),
      read(1, shownAs(OFFLINE, 'one'), 6, 7),
      read(5, shownAs(OFFLINE, 'two'), 8, 9),
    ],
  },
  {
    what: 'a read shows less than another that ended before it began, of a write still under way',
    kind: 'stale read',
    history: [write(set('a', BUSY), 0, 9), read(5, busy, 1, 2), read(0, offline, 3, 4)],
  },
  {
    what: 'one read sees an unanswered write, and the next one doesn’t',
    kind: 'stale read',
    history: [
      write(set('a', BUSY), 0, 1),
      write(say('x'), 2, 3, 'unknown'),
      read(2, shownAs(BUSY, 'x'), 4, 5),
      read(1, busy, 6, 7),
    ],
  },
  {
    what: 'two reads in turn see two writes the other way round',
    kind: 'stale read',
    history: [
      write(say('one'), 0, 9),
      write(say('two'), 0, 9),
      read(1, shownAs(OFFLINE, 'one'), 1, 2),
      read(2, shownAs(OFFLINE, 'two'), 3, 4),
      read(1, shownAs(OFFLINE, 'one'), 5, 6),
    ],
  },
  {
    what: 'a cleared preferred presence still shows once',
    kind: 'stale read',
    history: [
      write(set('a', BUSY), 0, 1),
      write(prefer(AWAY), 2, 3),
      read(3, away, 4, 5),
      write(preferNothing, 6, 7),
      read(3, away, 8, 9),
      read(7, busy, 10, 11),
    ],
  },
  {
    what: 'a read flagged as up to 2 ms old shows what was true 6 ms before',
    kind: 'staler than flagged',
    history: [
      write(set('a', BUSY), 0, 1),
      read(1, busy, 1, 2),
      write(set('a', AWAY), 3, 4),
      read(1, busy, 10, 11, 2),
      read(4, away, 12, 13),
    ],
  },
  {
    what: 'a flagged read shows what never was',
    kind: 'invented value',
    history: [write(set('a', BUSY), 0, 1), read(3, away, 4, 5, 1000), read(1, busy, 6, 7)],
  },
  {
    what: 'an acknowledged session is never seen',
    kind: 'lost update',
    history: [write(set('a', BUSY), 0, 1), read(0, offline, 2, 3), read(0, offline, 4, 5)],
  },
  {
    what: 'an acknowledged message is gone, after it was seen',
    kind: 'lost update',
    history: [
      write(say('one'), 0, 1),
      read(1, shownAs(OFFLINE, 'one'), 2, 3),
      write(say('two'), 4, 5),
      read(1, shownAs(OFFLINE, 'one'), 6, 7),
      read(1, shownAs(OFFLINE, 'one'), 8, 9),
    ],
  },
  {
    what: 'of two sessions set at the same time, one overwrote the other’s record',
    kind: 'lost update',
    history: [
      write(set('a', DO_NOT_DISTURB), 0, 3),
      write(set('b', BUSY), 0, 3),
      read(3, busy, 4, 5),
      read(3, busy, 6, 7),
    ],
  },
  {
    what: 'a message set beside a session took the session away',
    kind: 'lost update',
    history: [
      write(set('a', BUSY), 0, 1),
      write(say('x'), 0, 2),
      read(2, shownAs(OFFLINE, 'x'), 3, 4),
      read(2, shownAs(OFFLINE, 'x'), 5, 6),
    ],
  },
  {
    what: 'a session that was acknowledged is not found when it is cleared',
    kind: 'lost update',
    history: [write(set('a', BUSY), 0, 1), write(clear('a'), 2, 3, 'not found')],
  },
  {
    what: 'a preferred presence was acknowledged and never wins',
    kind: 'lost update',
    history: [
      write(set('a', BUSY), 0, 1),
      write(prefer(AWAY), 2, 3),
      read(1, busy, 4, 5),
      read(1, busy, 6, 7),
    ],
  },
  {
    what: 'a cleared session goes on showing',
    kind: 'resurrected session',
    history: [
      write(set('a', BUSY), 0, 1),
      read(1, busy, 2, 3),
      write(clear('a'), 4, 5),
      read(1, busy, 6, 7),
      read(1, busy, 8, 9),
    ],
  },
  {
    what: 'a cleared session is gone, and comes back with a new number',
    kind: 'resurrected session',
    history: [
      write(set('a', BUSY), 0, 1),
      read(1, busy, 2, 3),
      write(clear('a'), 4, 5),
      read(5, offline, 6, 7),
      read(8, busy, 9, 10),
    ],
  },
  {
    what: 'a session is cleared twice, and was there both times',
    kind: 'resurrected session',
    history: [
      write(set('a', BUSY), 0, 1),
      write(clear('a'), 2, 3),
      write(clear('a'), 4, 5),
      read(3, offline, 6, 7),
    ],
  },
  {
    what: 'an older state of a session comes back over a newer one',
    kind: 'resurrected session',
    history: [
      write(set('a', PRESENTING), 0, 1),
      write(set('a', AWAY), 2, 3),
      read(3, away, 4, 5),
      read(6, shownAs(PRESENTING), 7, 8),
    ],
  },
  {
    what: 'a cleared session that nobody saw while another one hid it shows when that one goes',
    kind: 'resurrected session',
    history: [
      write(set('a', BUSY), 0, 1),
      write(set('b', PRESENTING), 2, 3),
      read(3, shownAs(PRESENTING), 4, 5),
      write(clear('a'), 6, 7),
      write(clear('b'), 8, 9),
      read(9, busy, 10, 11),
      read(9, busy, 12, 13),
    ],
  },
  {
    what: 'an overwritten message is written once more, later',
    kind: 'repeated write',
    history: [
      write(say('one'), 0, 1),
      write(say('two'), 2, 3),
      read(3, shownAs(OFFLINE, 'two'), 4, 5),
      read(6, shownAs(OFFLINE, 'one'), 7, 8),
    ],
  },
  {
    what: 'one number stands for two messages',
    kind: 'repeated number',
    history: [
      write(say('one'), 0, 1),
      read(1, shownAs(OFFLINE, 'one'), 2, 3),
      write(say('two'), 4, 5),
      read(1, shownAs(OFFLINE, 'two'), 6, 7),
    ],
  },
  {
    what: 'two servers gave one number to two changes at the same time',
    kind: 'repeated number',
    history: [
      write(set('a', BUSY), 0, 9),
      write(set('b', IN_A_CALL), 0, 9),
      read(5, busy, 2, 3),
      read(5, calling, 4, 6),
    ],
  },
  {
    what: 'away and back to the same, and reads show the number from before',
    kind: 'stale read',
    history: [
      write(set('a', BUSY), 0, 1),
      read(1, busy, 2, 3),
      write(set('a', AWAY), 4, 5),
      read(5, away, 6, 7),
      write(set('a', BUSY), 8, 9),
      read(1, busy, 10, 11),
      read(1, busy, 12, 13),
      write(say('x'), 14, 15),
      read(15, shownAs(BUSY, 'x'), 16, 17),
    ],
  },
  {
    what: 'a change has a smaller number than the one before it',
    kind: 'wrong number',
    history: [
      write(say('one'), 0, 1),
      read(10, shownAs(OFFLINE, 'one'), 2, 3),
      write(say('two'), 4, 5),
      read(9, shownAs(OFFLINE, 'two'), 6, 7),
    ],
  },
  {
    what: 'a keep-alive that changes nothing moves the number',
    kind: 'wrong number',
    history: [
      write(set('a', AVAILABLE), 0, 1),
      read(1, shownAs(AVAILABLE), 2, 3),
      write(set('a', AVAILABLE), 4, 5),
      read(5, shownAs(AVAILABLE), 6, 7),
    ],
  },
  {
    what: 'a read shows what is written after it',
    kind: 'invented value',
    history: [
      read(1, shownAs(OFFLINE, 'soon'), 0, 1),
      write(say('soon'), 2, 3),
      read(3, shownAs(OFFLINE, 'soon'), 4, 5),
    ],
  },
  {
    what: 'a write that was refused without effect has one',
    kind: 'invented value',
    history: [
      write(set('a', BUSY), 0, 1),
      write(say('refused'), 2, 3, 'no effect'),
      read(3, shownAs(BUSY, 'refused'), 4, 5),
    ],
  },
  {
    what: 'an unanswered write takes effect, is undone, and takes effect again',
    kind: 'resurrected session',
    history: [
      write(set('a', BUSY), 0, 1, 'unknown'),
      read(1, busy, 2, 3),
      write(clear('a'), 4, 5),
      read(5, offline, 6, 7),
      read(8, busy, 9, 10),
      read(8, busy, 11, 12),
    ],
  },
  {
    what: 'a user whom everybody knew is unknown',
    kind: 'lost update',
    history: [
      write(set('a', BUSY), 0, 1),
      read(1, busy, 2, 3),
      read(0, 'PresenceUnknown/PresenceUnknown null', 4, 5),
    ],
  },
];
