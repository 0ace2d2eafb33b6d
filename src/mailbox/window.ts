import { crc32 } from 'node:zlib';
import { Effort } from '../calendar/effort.ts';
import type { CalendarEvent, Zone } from '../calendar/event.ts';
import { mergedSpans, spansOf } from '../calendar/spans.ts';
import { UTC } from '../calendar/zones.ts';
import { type CalendarSpan, NEVER_MS, type OutOfOffice } from '../engine/facts.ts';
import type { UserKey } from '../store/store.ts';
import { comesMs } from './coming.ts';
import { isEventDocument } from './events/ids.ts';
import { knownEvent } from './events/known.ts';
import type { MailboxDocuments } from './mailboxes.ts';
import { outOfOfficeOf } from './settings/automatic-replies.ts';
import { homeZone, readSaid, settingsOf } from './settings/settings.ts';
import { readSpans, spansDocuments } from './source-spans.ts';

const HOUR_MS = 3_600_000;

/** How far ahead the facts hold a calendar. */
export const WINDOW_MS = 48 * HOUR_MS;

/** How long before the window runs out it is filled again, at least: time for whatever fails meanwhile. */
export const RESERVE_MS = 16 * HOUR_MS;

/** Over how long the refills of different users are spread, as calendars may all be written at one time. */
export const SPREAD_MS = 8 * HOUR_MS;

/** The most spans in the facts of one user: about eight kilobytes. */
export const MOST_SPANS = 500;

/** How soon a window that had to be shorter is filled again, at the earliest. */
export const SOONEST_REFILL_MS = 5 * 60_000;

/** What the expansion of all events may take, in steps. */
const STEPS = 500_000;

/** Events read, and steps taken, before others get their turn: a few ms. */
const EVENTS_A_TURN = 200;
const STEPS_A_TURN = 50_000;

/** What of a mailbox goes into the facts. */
export interface Window {
  readonly spans: readonly CalendarSpan[];
  readonly outOfOffice: OutOfOffice | null;
  readonly refillAtMs: number;
}

/** What follows from the documents of a mailbox for presence. Never rejects. */
export type WindowOf = (
  user: UserKey,
  documents: MailboxDocuments,
  nowMs: number,
) => Promise<Window>;

export interface WindowParts {
  /** Resolves when the event loop has come round. */
  readonly turn: () => Promise<void>;
  /**
   * Told of what was left out of a window, and why: a document that can't be read, an event that takes too long
   * to expand.
   */
  readonly onProblem: (user: UserKey, what: string, error: unknown) => void;
}

export function createWindowOf({ turn, onProblem }: WindowParts): WindowOf {
  return async (user, documents, nowMs) => {
    const tolerant = <Value>(what: string, otherwise: Value, read: () => Value): Value => {
      try {
        return read();
      } catch (error) {
        onProblem(user, what, error);
        return otherwise;
      }
    };
    const said = tolerant('settings', {}, () => readSaid(documents));
    const replies = settingsOf(said).automaticRepliesSetting;
    const home = tolerant('the time zone', UTC, () => homeZone(documents));
    const near = new Near(nowMs, home);
    for (const [id, text] of documents) {
      if (!isEventDocument(id)) continue;
      tolerant(id, undefined, () => near.addEvent(knownEvent(text)));
      if (near.isExhausted) break;
      if (near.isLongAtWork()) await turn();
    }
    for (const [id, text] of spansDocuments(documents)) {
      tolerant(id, undefined, () => near.addSpans(readSpans(text).spans));
    }
    return {
      ...near.filled(spreadOf(user)),
      outOfOffice: tolerant('automatic replies', null, () => outOfOfficeOf(replies, nowMs)),
    };
  };
}

/** The near part of a calendar, gathered piece by piece. */
class Near {
  readonly #nowMs: number;
  readonly #toMs: number;
  readonly #home: Zone;
  readonly #effort = new Effort('The calendar', STEPS);
  readonly #spans: CalendarSpan[] = [];
  /** When something comes at the earliest that isn't in the window. */
  #laterMs = NEVER_MS;
  #events = 0;
  /** Steps left when others had their turn. */
  #leftAtTurn = STEPS;

  constructor(nowMs: number, home: Zone) {
    this.#nowMs = nowMs;
    this.#toMs = nowMs + WINDOW_MS;
    this.#home = home;
  }

  /** Whether no more events can be added. */
  get isExhausted(): boolean {
    return this.#effort.left < 0;
  }

  /** Whether it is others' turn by now; if so, they are taken to have it. */
  isLongAtWork(): boolean {
    this.#events += 1;
    const { left } = this.#effort;
    if (this.#events < EVENTS_A_TURN && this.#leftAtTurn - left < STEPS_A_TURN) return false;
    this.#events = 0;
    this.#leftAtTurn = left;
    return true;
  }

  /** @throws TooMuchEffort; then the event is left out, and looked at again in the next window */
  addEvent(event: CalendarEvent): void {
    const window = { fromMs: this.#nowMs, toMs: this.#toMs };
    let laterMs = this.#toMs;
    try {
      this.#spans.push(...spansOf([event], window, this.#home, this.#effort));
      laterMs = comesMs(event, this.#toMs, this.#home, this.#effort);
    } finally {
      this.#comes(laterMs);
    }
  }

  addSpans(spans: readonly CalendarSpan[]): void {
    for (const span of spans) {
      if (span.startsAtMs >= this.#toMs) this.#comes(span.startsAtMs);
      else if (span.endsAtMs > this.#nowMs) this.#spans.push(span);
    }
  }

  /** @param spread from 0 until just before 1 */
  filled(spread: number): Pick<Window, 'spans' | 'refillAtMs'> {
    const spans = mergedSpans(this.#spans);
    const refillAtMs = this.#laterMs - RESERVE_MS - spread * SPREAD_MS;
    const next = spans[MOST_SPANS];
    if (next === undefined) return { spans, refillAtMs: Math.floor(refillAtMs) };
    const soonMs = Math.max(SOONEST_REFILL_MS, (next.startsAtMs - this.#nowMs) / 2);
    return { spans: spans.slice(0, MOST_SPANS), refillAtMs: Math.floor(this.#nowMs + soonMs) };
  }

  #comes(atMs: number): void {
    this.#laterMs = Math.min(this.#laterMs, atMs);
  }
}

/** The same for a user each time, and different from user to user. */
function spreadOf({ tenantId, userId }: UserKey): number {
  return crc32(`${tenantId} ${userId}`) / 2 ** 32;
}
