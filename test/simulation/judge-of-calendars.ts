import type { UserKey } from '../../src/store/store.ts';
import type { JudgeOfRecords } from './judge-of-records.ts';
import type { Span, SpanKind } from './model.ts';
import type { World } from './world.ts';

/** An event as it was asked for; its subject is its name. */
export interface Planned {
  readonly subject: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** What its showAs makes of presence; undefined for nothing. */
  readonly kind: SpanKind | undefined;
}

interface Replies {
  readonly message: string;
  readonly toMs: number;
}

interface Calendar {
  /** By subject. */
  readonly there: Map<string, Planned>;
  /** Those of which nobody knows whether they are there. */
  readonly unsure: Set<string>;
  /** What is being written. */
  underWay: number;
  /** Something was written of which nobody knows: presence may show either. */
  isUnsure: boolean;
  /** While this one was under way, so was another. */
  isShared: boolean;
  /** Automatic replies, on until then. */
  replies: Replies | null | 'unsure';
}

/** Holds what presence knows of calendars to what was written into them. */
export class JudgeOfCalendars {
  readonly #world: World;
  readonly #records: JudgeOfRecords;
  readonly #calendars = new Map<string, Calendar>();

  constructor(world: World, records: JudgeOfRecords) {
    this.#world = world;
    this.#records = records;
  }

  of({ tenantId, userId }: UserKey): Calendar {
    const name = `${tenantId}/${userId}`;
    const found = this.#calendars.get(name) ?? {
      there: new Map(),
      unsure: new Set(),
      underWay: 0,
      isUnsure: false,
      isShared: false,
      replies: null,
    };
    this.#calendars.set(name, found);
    return found;
  }

  begins(user: UserKey): void {
    const calendar = this.of(user);
    calendar.isShared = calendar.underWay > 0;
    calendar.underWay++;
  }

  /** A write was answered, and presence is as it says, unless there are others. */
  answered(user: UserKey, change: (calendar: Calendar) => void): void {
    const calendar = this.of(user);
    change(calendar);
    calendar.underWay--;
    if (calendar.isUnsure || calendar.underWay > 0) return;
    this.#compare(user, [...calendar.there.values()]);
    const { replies } = calendar;
    if (replies === 'unsure' || (replies !== null && replies.toMs <= this.#world.peakMs)) return;
    const { repliesMessage: is } = this.#records.modelOf(user);
    const right = replies?.message ?? null;
    if (is !== right) this.#complain(user, `replies ${is}, and not ${right}`);
  }

  refused(user: UserKey): void {
    this.of(user).underWay--;
  }

  /** Automatic replies were answered. */
  replies(user: UserKey, replies: Replies | null): void {
    this.answered(user, (calendar) => {
      // Of two that were under way together nobody knows which was the last.
      calendar.replies = calendar.isShared ? 'unsure' : replies;
    });
  }

  /** Nobody knows what became of it. @param subject of the event, if it is one */
  unknown(user: UserKey, subject: string | undefined): void {
    const calendar = this.of(user);
    calendar.underWay--;
    calendar.isUnsure = true;
    if (subject !== undefined) calendar.unsure.add(subject);
  }

  /** What is there in the end, all of it known by now. @param planned all that was ever asked for, by subject */
  end(user: UserKey, found: readonly string[], planned: ReadonlyMap<string, Planned>): void {
    const { there, unsure } = this.of(user);
    for (const subject of there.keys()) {
      if (!found.includes(subject)) this.#complain(user, `${subject} was answered, and is gone`);
    }
    for (const subject of found) {
      if (!there.has(subject) && !unsure.has(subject)) {
        this.#complain(user, `${subject} is there, and should not be`);
      }
    }
    this.#compare(
      user,
      found.map((subject) => planned.get(subject) as Planned),
    );
  }

  #compare(user: UserKey, events: readonly Planned[]): void {
    // What is over was forgotten, also where the clock was set back since.
    const { peakMs: nowMs } = this.#world;
    const spans = events.flatMap(({ kind, fromMs, toMs }) =>
      kind ? [{ kind, fromMs, toMs }] : [],
    );
    const right = textOf(merged(spans), nowMs);
    const is = textOf(merged(this.#records.modelOf(user).spans), nowMs);
    if (is !== right) this.#complain(user, `presence knows ${is}, and there is ${right}`);
  }

  #complain({ userId }: UserKey, what: string): void {
    this.#world.complain(`calendar of ${userId.slice(-1)}: ${what}`);
  }
}

function textOf(spans: readonly Span[], nowMs: number): string {
  return spans
    .filter(({ toMs }) => toMs > nowMs)
    .map(({ kind, fromMs, toMs }) => `${kind} ${Math.max(fromMs, nowMs)}-${toMs}`)
    .sort()
    .join();
}

/** Those of one kind that overlap or touch are one. */
function merged(spans: readonly Span[]): Span[] {
  const whole: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMs - b.fromMs)) {
    const at = whole.findIndex(({ kind, toMs }) => kind === span.kind && toMs >= span.fromMs);
    const before = whole[at];
    if (before === undefined) whole.push(span);
    else whole[at] = { ...before, toMs: Math.max(before.toMs, span.toMs) };
  }
  return whole;
}
