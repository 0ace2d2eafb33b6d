import { alarmAtFirst, type Clock } from '../clock.ts';
import { advance } from '../engine/advance.ts';
import { needsRefill } from '../engine/calendar.ts';
import { NEVER_MS } from '../engine/facts.ts';
import type { PresenceStore, Step, UserKey } from '../store/store.ts';

/** How often the ticker looks even when nothing seems due: bounds how late a new, nearer due time is seen. */
const LONGEST_SLEEP_MS = 1000;

/** Users handed to the store before the event loop gets its turn: a few ms of work where none is cached. */
const PIECE = 250;

/**
 * Pieces under way at most, shared out among the partitions: while some are on their way to the disk the next
 * are made ready. With more of them commits get larger, and making one takes longer than a piece.
 */
const MOST_PIECES = 8;

/** Users asked for at once, beside those that are under way and still in the index. */
const LIST = 4000;

/** How long a user isn't tried again whose update failed. The others go on. */
const REST_MS = 1000;

/** With so many that fail it is the store that fails, and the rest of them wait. */
const MOST_FAULTS = 500;

/** How soon it is looked again while some rest: their entries stay the earliest of all. */
const LOOK_AGAIN_MS = 100;

export interface Ticker {
  /**
   * Writes every transition due by now; how many users it looked at. Those whose update fails are told to
   * `onError`, and tried again later. Rejects when the store fails as a whole.
   */
  tick(): Promise<number>;
  start(): void;
  /** Begins nothing more; resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

export interface TickerParts {
  readonly store: PresenceStore;
  readonly partition: number;
  readonly clock: Clock;
  /** For looking when nothing seems due. */
  readonly steadyClock: Clock;
  /** Resolves when the event loop has come round, and no other piece of such work has had that turn. */
  readonly turn: () => Promise<void>;
  /** Told of a user whose whole calendar is to be looked at. Doesn't wait, and doesn't throw. */
  readonly refill: (user: UserKey) => void;
  /** Told when ticking fails; it goes on a second later. */
  readonly onError: (error: unknown) => void;
}

/**
 * Time passing in a partition, as writes without a command. A tick that comes late changes nothing about what
 * is written, only when; several tickers may tick one user, and the second finds nothing to do.
 *
 * At an instant when many are due it works in pieces, a few of them under way, and gives the event loop its
 * turn between two: reads and what people say don't wait for more than a piece.
 */
export function createTicker(parts: TickerParts): Ticker {
  const { store, partition, clock, steadyClock, turn, refill, onError } = parts;
  const mostPieces = Math.ceil(MOST_PIECES / store.partitions);
  /** Who failed, and when. */
  const resting = new Map<string, number>();
  let callOff: (() => void) | undefined;
  let running: Promise<void> = Promise.resolve();
  let ticking: Promise<unknown> = Promise.resolve();
  let isStopped = false;

  /** One at a time: a second one would only find the same users. */
  function tick(): Promise<number> {
    const ticked = ticking.then(tickAll);
    ticking = ticked.catch(() => {});
    return ticked;
  }

  async function tickAll(): Promise<number> {
    const underWay = new Set<Piece>();
    const faults: unknown[] = [];
    const goesOn = () => !isStopped && faults.length < MOST_FAULTS;
    let ticked = 0;
    try {
      for (let isMore = true; isMore && goesOn(); ) {
        const users = await list(underWay);
        isMore = users.length >= LIST;
        for (let at = 0; at < users.length; at += PIECE) {
          while (underWay.size >= mostPieces) await Promise.race([...underWay].map(doneOf));
          await turn();
          if (!goesOn()) break;
          const piece = begin(users.slice(at, at + PIECE), faults);
          ticked += piece.users.length;
          underWay.add(piece);
          void piece.done.then(() => underWay.delete(piece));
        }
      }
    } finally {
      await Promise.all([...underWay].map(doneOf));
    }
    if (faults.length >= MOST_FAULTS) throw faults[0];
    if (faults.length > 0) onError(faults[0]);
    return ticked;
  }

  /** Users who are due, without those being looked at, whose entries are there until that is on the disk. */
  async function list(underWay: Iterable<Piece>): Promise<readonly UserKey[]> {
    const nowMs = clock.nowMs();
    for (const [name, sinceMs] of resting) {
      // A clock that was set back keeps nobody longer.
      if (Math.abs(nowMs - sinceMs) >= REST_MS) resting.delete(name);
    }
    // By user id alone, which is cheaper: of two tenants' users of one id the other may be handed out twice.
    const tenants = new Map<string, string>();
    for (const { users } of underWay) {
      for (const { tenantId, userId } of users) tenants.set(userId, tenantId);
    }
    const found = await store.due(partition, nowMs, LIST + tenants.size + resting.size);
    return found.filter(
      (user) => tenants.get(user.userId) !== user.tenantId && !resting.has(nameOf(user)),
    );
  }

  function begin(users: readonly UserKey[], faults: unknown[]): Piece {
    const nowMs = clock.nowMs();
    const step: Step = (record) => advance(record, nowMs);
    const all = users.map(async (user) => {
      try {
        const { record } = await store.update(user, nowMs, step);
        if (needsRefill(record.facts.calendar, nowMs)) refill(user);
      } catch (error) {
        resting.set(nameOf(user), nowMs);
        faults.push(error);
      }
    });
    return { users, done: Promise.all(all) };
  }

  async function run(): Promise<void> {
    let dueMs = NEVER_MS;
    try {
      await tick();
      const leastMs = resting.size > 0 ? clock.nowMs() + LOOK_AGAIN_MS : 0;
      dueMs = Math.max(leastMs, await store.nextDueMs(partition));
    } catch (error) {
      onError(error);
    }
    if (!isStopped) sleep(dueMs);
  }

  function sleep(untilMs: number): void {
    const anywayMs = steadyClock.nowMs() + LONGEST_SLEEP_MS;
    callOff = alarmAtFirst(
      [
        [clock, untilMs],
        [steadyClock, anywayMs],
      ],
      wake,
    );
  }

  function wake(): void {
    running = run();
  }

  return {
    tick,
    start() {
      isStopped = false;
      callOff?.();
      wake();
    },
    async stop() {
      isStopped = true;
      callOff?.();
      await Promise.all([running, ticking]);
    },
  };
}

/** Users handed to the store together. */
interface Piece {
  readonly users: readonly UserKey[];
  readonly done: Promise<unknown>;
}

const doneOf = ({ done }: Piece) => done;

function nameOf({ tenantId, userId }: UserKey): string {
  return `${tenantId}/${userId}`;
}
