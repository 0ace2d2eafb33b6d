import {
  PRESENCE_PROPERTIES,
  type PresenceProperty,
  presenceJson,
  type Shown,
  type Viewer,
} from '../graph/presence-json.ts';
import type { FeedItem } from '../store/store.ts';

/*
 * The events of a stream as text (WHATWG, "Server-sent events"). JSON has no line breaks of its own,
 * so each event's data is one line.
 */

/** Why the server ends a stream. */
export type EndReason = 'tokenExpired' | 'tooSlow' | 'closing' | 'behind' | 'fault';

/** How long a client waits before it connects again. */
const RETRY_MS = 2000;

const END_MESSAGES: Readonly<Record<EndReason, string>> = {
  tokenExpired: 'The token has ended. Connect again with a new one.',
  tooSlow:
    'More was waiting to be read than is kept for one stream. Connect again and read faster.',
  closing: 'The server is closing. Connect again.',
  behind: 'The changes that come next are no longer kept. Connect again for a snapshot.',
  fault: 'Something went wrong here. Connect again; the log knows more.',
};

/** What every stream begins with. */
export const RETRY = `retry: ${RETRY_MS}\n\n`;

/** All presences as they are at `place` or a little later; without `place` more of them follow. */
export function snapshotEvent(presences: string, place?: string): string {
  const id = place === undefined ? '' : `id: ${place}\n`;
  return `event: snapshot\n${id}data: {"value":${presences}}\n\n`;
}

/** One user's presence. `presence` is JSON without its braces, as `presenceJson` gives it. */
export function presenceEvent(presence: string, place?: string): string {
  const id = place === undefined ? '' : `id: ${place}\n`;
  return `event: presence\n${id}data: {${presence}}\n\n`;
}

/**
 * A change as an event: the presence that it left. Undefined where nothing of the selected properties
 * has changed for this viewer. Without `place` the place comes in a block of its own.
 */
function changeEvent(
  { userId, change: { before, after, number, cause } }: FeedItem,
  viewer: Viewer,
  selected: readonly PresenceProperty[],
  place?: string,
): string | undefined {
  const json = (shown: Shown) => presenceJson(userId, shown, viewer, selected);
  const now = json({ presence: after, number });
  // The number tells every change from the last; without it two may look the same. Of somebody who was erased it
  // isn't kept what was before.
  const isNew =
    selected.includes('sequenceNumber') ||
    cause.kind === 'erase' ||
    now !== json({ presence: before, number });
  return isNew ? presenceEvent(now, place) : undefined;
}

/** Moves on the place from which a client resumes, and keeps the connection from looking dead. */
export function keepAlive(place: string): string {
  return `: keep-alive\nid: ${place}\n\n`;
}

/** A keep-alive for a stream that isn't at the end of the feed yet. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** Sets the place from which a client resumes, and nothing else. */
export function placeOnly(place: string): string {
  return `id: ${place}\n\n`;
}

/** The last event of a stream that the server ends. */
export function endEvent(reason: EndReason): string {
  return `event: end\ndata: ${JSON.stringify({ reason, message: END_MESSAGES[reason] })}\n\n`;
}

/** One change, with its texts made once each however many streams it goes to. */
export class Telling {
  readonly item: FeedItem;
  readonly #place: string | undefined;
  readonly #toOthers = new Map<readonly PresenceProperty[], string | undefined>();
  #usual: string | undefined;

  /** `place` is the id of its event, where each has one. */
  constructor(item: FeedItem, place?: string) {
    this.item = item;
    this.#place = place;
  }

  /** The event as `viewerId` sees it, undefined where it says nothing new. */
  text(viewerId: string | null, selected: readonly PresenceProperty[]): string | undefined {
    if (viewerId === this.item.userId) return this.#event('self', selected);
    if (selected === PRESENCE_PROPERTIES) {
      this.#usual ??= this.#event('other', selected);
      return this.#usual;
    }
    let text = this.#toOthers.get(selected);
    if (text === undefined && !this.#toOthers.has(selected)) {
      text = this.#event('other', selected);
      this.#toOthers.set(selected, text);
    }
    return text;
  }

  #event(viewer: Viewer, selected: readonly PresenceProperty[]): string | undefined {
    return changeEvent(this.item, viewer, selected, this.#place);
  }
}
