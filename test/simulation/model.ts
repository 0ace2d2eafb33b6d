/**
 * Presence as docs/presence-rules.md tells it, once more and for one user, without a line of the engine. Slow and
 * plain: everything is looked at anew at each edge.
 */

const MINUTE_MS = 60_000;
const NEVER_MS = Number.POSITIVE_INFINITY;

/** The order of session states: the first wins. */
const ORDER = [
  'DoNotDisturb/Presenting',
  'DoNotDisturb/Focusing',
  'DoNotDisturb/DoNotDisturb',
  'Busy/InAConferenceCall',
  'Busy/InACall',
  'Busy/InAMeeting',
  'Busy/Busy',
  'Available/Available',
  'Available/AvailableInactive',
  'BeRightBack/BeRightBack',
  'Away/Away',
  'Offline/Offline',
];

export type SpanKind = 'busy' | 'focusing' | 'outOfOffice' | 'workingElsewhere';

/** From its start until just before its end. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Span extends Stretch {
  readonly kind: SpanKind;
}

export type Said =
  | {
      readonly kind: 'setPresence';
      readonly session: string;
      readonly pair: string;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearPresence'; readonly session: string }
  | {
      readonly kind: 'setUserPreferredPresence';
      readonly pair: string;
      readonly lifetimeMs: number;
    }
  | { readonly kind: 'clearUserPreferredPresence' }
  | { readonly kind: 'setStatusMessage'; readonly content: string; readonly endsMs: number }
  | {
      readonly kind: 'setLocation';
      readonly source: 'manual' | 'automatic';
      readonly app: string;
      readonly type: string;
      readonly placeId: string | null;
      readonly endsMs: number;
    }
  | { readonly kind: 'clearLocation'; readonly sources: 'automatic' | 'all' }
  | { readonly kind: 'awaitCalendar'; readonly revision: number }
  | {
      readonly kind: 'setCalendar';
      readonly revision: number;
      readonly spans: readonly Span[];
      readonly replies: (Stretch & { readonly message: string | null }) | null;
    };

/** What others see, in words that can be compared; `message` with all that its author sees of it. */
export interface Look {
  readonly pair: string;
  readonly outOfOffice: string;
  readonly message: string;
  readonly location: string;
}

export interface ModelChange {
  readonly number: number;
  readonly atMs: number;
  readonly before: Look;
  readonly after: Look;
}

const OFFLINE: Look = { pair: 'Offline/Offline', outOfOffice: 'no', message: '', location: '' };

export const textOf = ({ pair, outOfOffice, message, location }: Look) =>
  `${pair} out:${outOfOffice} says:${message} at:${location}`;

interface Session {
  readonly pair: string;
  readonly setMs: number;
  readonly endsMs: number;
}

interface Place {
  readonly source: 'manual' | 'automatic';
  readonly type: string;
  readonly placeId: string | null;
  readonly endsMs: number;
}

/** A user of whom nothing was ever said, and what becomes of them. */
export class ModelUser {
  #sessions = new Map<string, Session>();
  #preferred: { readonly pair: string; readonly endsMs: number } | undefined;
  #message:
    | { readonly content: string; readonly setMs: number; readonly endsMs: number }
    | undefined;
  #replies: (Stretch & { readonly message: string | null }) | null = null;
  #spans: readonly Span[] = [];
  #revision = 0;
  #awaited = 0;
  /** In the order in which they were said. */
  #places = new Map<string, Place>();
  #shown = OFFLINE;
  #number = 0;
  /** The instant up to which time was walked. */
  #atMs = -NEVER_MS;

  get number(): number {
    return this.#number;
  }

  get shown(): Look {
    return this.#shown;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  get repliesMessage(): string | null {
    return this.#replies?.message ?? null;
  }

  copy(): ModelUser {
    const copy = new ModelUser();
    copy.#sessions = new Map(this.#sessions);
    copy.#preferred = this.#preferred;
    copy.#message = this.#message;
    copy.#replies = this.#replies;
    copy.#spans = this.#spans;
    copy.#revision = this.#revision;
    copy.#awaited = this.#awaited;
    copy.#places = new Map(this.#places);
    copy.#shown = this.#shown;
    copy.#number = this.#number;
    copy.#atMs = this.#atMs;
    return copy;
  }

  /** The first instant after `afterMs` at which something of it begins, fades or ends. */
  nextEdgeMs(afterMs = this.#atMs): number {
    let nextMs = NEVER_MS;
    for (const edgeMs of this.#edges()) if (edgeMs > afterMs && edgeMs < nextMs) nextMs = edgeMs;
    return nextMs;
  }

  /** Time passes. It never runs back. */
  pass(nowMs: number): ModelChange[] {
    const changes: ModelChange[] = [];
    for (let atMs = this.nextEdgeMs(); atMs <= nowMs; atMs = this.nextEdgeMs()) {
      this.#end(atMs);
      this.#atMs = atMs;
      this.#become(atMs, changes);
    }
    return changes;
  }

  /** Something is said, at the clock's present; undefined when it is refused. */
  take(said: Said, nowMs: number): ModelChange[] | undefined {
    if (said.kind === 'clearPresence' && !this.#wouldLive(said.session, nowMs)) return undefined;
    const changes = this.pass(nowMs);
    if (this.#say(said, nowMs)) {
      this.#atMs = nowMs;
      this.#become(nowMs, changes);
    }
    return changes;
  }

  /** What decides the pair, before being out of office refines it. */
  decided(nowMs: number): string {
    const states: string[] = [];
    for (const session of this.#sessions.values()) {
      if (session.endsMs > nowMs) states.push(stateOf(session, nowMs));
    }
    if (states.length === 0) return 'Offline/Offline';
    if (this.#preferred !== undefined && this.#preferred.endsMs > nowMs)
      return this.#preferred.pair;
    if (this.#is('busy', nowMs)) states.push('Busy/InAMeeting');
    if (this.#is('focusing', nowMs)) states.push('DoNotDisturb/Focusing');
    return ORDER.find((state) => states.includes(state)) ?? 'nothing that there is';
  }

  lookAt(nowMs: number): Look {
    const decided = this.decided(nowMs);
    const replies = this.#replies !== null && isOn(this.#replies, nowMs) ? this.#replies : null;
    const isOut = replies !== null || this.#is('outOfOffice', nowMs);
    const [availability = ''] = decided.split('/');
    const isRefined = isOut && ['Available', 'Away', 'Offline'].includes(availability);
    const message = this.#message;
    return {
      pair: isRefined ? `${availability}/OutOfOffice` : decided,
      outOfOffice: isOut ? `yes ${replies?.message ?? ''}` : 'no',
      message:
        message !== undefined && message.endsMs > nowMs
          ? `${message.content} @${message.setMs} <${message.endsMs}`
          : '',
      location: this.#locationAt(nowMs),
    };
  }

  #wouldLive(session: string, nowMs: number): boolean {
    const later = this.copy();
    later.pass(nowMs);
    return later.#sessions.has(session);
  }

  /** Whether anything was said that is kept. */
  #say(said: Said, nowMs: number): boolean {
    switch (said.kind) {
      case 'setPresence': {
        const { session, pair, lifetimeMs } = said;
        this.#sessions.set(session, { pair, setMs: nowMs, endsMs: nowMs + lifetimeMs });
        return true;
      }
      case 'clearPresence':
        return this.#sessions.delete(said.session);
      case 'setUserPreferredPresence':
        this.#preferred = { pair: said.pair, endsMs: nowMs + said.lifetimeMs };
        return true;
      case 'clearUserPreferredPresence': {
        const was = this.#preferred;
        this.#preferred = undefined;
        return was !== undefined;
      }
      case 'setStatusMessage': {
        const was = this.#message;
        const { content, endsMs } = said;
        const isThere = content !== '' && endsMs > nowMs;
        this.#message = isThere ? { content, setMs: nowMs, endsMs } : undefined;
        return isThere || was !== undefined;
      }
      case 'setLocation': {
        const { source, app, type, placeId, endsMs } = said;
        const name = source === 'manual' ? 'manual' : `automatic ${app}`;
        this.#places.delete(name);
        this.#places.set(name, { source, type, placeId, endsMs });
        return true;
      }
      case 'clearLocation': {
        const before = this.#places.size;
        for (const [name, { source }] of this.#places) {
          if (said.sources === 'all' || source === 'automatic') this.#places.delete(name);
        }
        return this.#places.size < before;
      }
      case 'awaitCalendar': {
        if (said.revision <= this.#awaited) return false;
        this.#awaited = said.revision;
        return true;
      }
      case 'setCalendar': {
        if (said.revision < this.#revision) return false;
        this.#revision = said.revision;
        this.#awaited = Math.max(this.#awaited, said.revision);
        this.#spans = said.spans;
        this.#replies = said.replies;
        return true;
      }
    }
  }

  #become(atMs: number, changes: ModelChange[]): void {
    const before = this.#shown;
    const after = this.lookAt(atMs);
    if (textOf(before) === textOf(after)) return;
    this.#number = Math.max(this.#number + 1, Math.floor(atMs));
    this.#shown = after;
    changes.push({ number: this.#number, atMs, before, after });
  }

  #end(atMs: number): void {
    for (const [name, { endsMs }] of this.#sessions) {
      if (endsMs <= atMs) this.#sessions.delete(name);
    }
    for (const [name, { endsMs }] of this.#places) if (endsMs <= atMs) this.#places.delete(name);
    if ((this.#preferred?.endsMs ?? NEVER_MS) <= atMs) this.#preferred = undefined;
    if ((this.#message?.endsMs ?? NEVER_MS) <= atMs) this.#message = undefined;
    if ((this.#replies?.toMs ?? NEVER_MS) <= atMs) this.#replies = null;
    if (this.#spans.some(({ toMs }) => toMs <= atMs)) {
      this.#spans = this.#spans.filter(({ toMs }) => toMs > atMs);
    }
  }

  *#edges(): Iterable<number> {
    for (const { pair, setMs, endsMs } of this.#sessions.values()) {
      yield endsMs;
      if (pair !== 'Available/Available') continue;
      if (setMs + 5 * MINUTE_MS < endsMs) yield setMs + 5 * MINUTE_MS;
      if (setMs + 10 * MINUTE_MS < endsMs) yield setMs + 10 * MINUTE_MS;
    }
    if (this.#preferred !== undefined) yield this.#preferred.endsMs;
    if (this.#message !== undefined) yield this.#message.endsMs;
    if (this.#replies !== null) {
      yield this.#replies.fromMs;
      yield this.#replies.toMs;
    }
    for (const { fromMs, toMs } of this.#spans) {
      yield fromMs;
      yield toMs;
    }
    for (const { endsMs } of this.#places.values()) yield endsMs;
  }

  #is(kind: SpanKind, nowMs: number): boolean {
    return this.#spans.some((span) => span.kind === kind && isOn(span, nowMs));
  }

  #locationAt(nowMs: number): string {
    let best: Place | undefined;
    for (const place of this.#places.values()) {
      if (place.endsMs <= nowMs) continue;
      if (best === undefined || place.source === 'manual') best = place;
      // The last of those that are as precise.
      else if (best.source !== 'manual' && precision(place) >= precision(best)) best = place;
    }
    if (best !== undefined) return `${best.source} ${best.type} ${best.placeId ?? ''}`;
    return this.#is('workingElsewhere', nowMs) ? 'scheduled remote ' : '';
  }
}

function isOn({ fromMs, toMs }: Stretch, nowMs: number): boolean {
  return fromMs <= nowMs && nowMs < toMs;
}

function stateOf({ pair, setMs }: Session, nowMs: number): string {
  if (pair !== 'Available/Available') return pair;
  if (nowMs >= setMs + 10 * MINUTE_MS) return 'Away/Away';
  return nowMs >= setMs + 5 * MINUTE_MS ? 'Available/AvailableInactive' : pair;
}

function precision({ type, placeId }: Place): number {
  if (placeId !== null) return 2;
  return type === 'unspecified' ? 0 : 1;
}
