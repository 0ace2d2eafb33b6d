import { createHash } from 'node:crypto';
import { readPlace } from '../../src/store/place.ts';
import type { DocumentEdit, FeedItem, PresenceStore } from '../../src/store/store.ts';
import { SUBSCRIPTIONS } from '../../src/subscriptions/stored-form.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { type Arrival, type Committed, complaintsAbout } from '../delivery/check.ts';
import { type JudgeOfRecords, LATEST_MS, lookOf } from './judge-of-records.ts';
import type { Item, Post } from './receivers.ts';
import type { World } from './world.ts';

/** A subscription: what is kept of it, and what came of it. */
export interface Told {
  readonly id: string;
  /** As it was last kept; what it was when it ended. */
  terms: Subscription;
  /** Its places in the feeds when it was made. */
  readonly begins: readonly string[];
  /** All changes that it is to be told of, and how far they were looked for. */
  readonly committed: (Committed & { readonly item: FeedItem })[];
  lookedUpTo: number;
  readonly byId: Map<string, Committed>;
  /** So many of them were committed before it was kept. */
  before: number;
  readonly arrivals: Arrival[];
  readonly letters: Set<string>;
  readonly urls: Set<string>;
  /** When its terms last changed, and until when it had a token before that. */
  changedAt: { readonly rests: number; readonly untilMs: number };
  endedAt: { readonly rests: number } | undefined;
  /** Its token ended once, and delivery waited for another one. */
  wasPaused: boolean;
  /** It ended by itself. */
  hasExpired: boolean;
  /** Something of it was given up, as the log says; of letters which. */
  hasLost: boolean;
  readonly lostLetters: Set<string>;
}

export interface JudgeOfDeliveriesParts {
  readonly world: World;
  readonly records: JudgeOfRecords;
  readonly memory: PresenceStore;
  /** When there last was something wrong with the store, by the steady clock; -Infinity for never. */
  readonly lastTroubleMs: () => number;
}

/** Holds what reaches receivers to what was promised to them (docs/decisions/0044-delivery.md). */
export class JudgeOfDeliveries {
  readonly #parts: JudgeOfDeliveriesParts;
  readonly #told = new Map<string, Told>();
  /** How often everything has come to rest. */
  rests = 0;
  arrived = 0;
  announced = 0;

  constructor(parts: JudgeOfDeliveriesParts) {
    this.#parts = parts;
  }

  all(): Iterable<Told> {
    return this.#told.values();
  }

  get(id: string): Told | undefined {
    return this.#told.get(id);
  }

  /** Documents were written, by whichever server. */
  wrote(edits: readonly DocumentEdit[]): void {
    for (const { collection, id, text } of edits) {
      if (collection !== SUBSCRIPTIONS) continue;
      const known = this.#told.get(id);
      if (text !== undefined) this.#put(JSON.parse(text) as Subscription, known);
      else if (known !== undefined) {
        known.endedAt = { rests: this.rests };
        known.hasExpired = known.terms.expiresMs <= this.#parts.world.nowMs;
        this.#parts.world.say(() => `subscription ${short(id)} ends`);
      }
    }
  }

  /** A POST leaves a server. */
  posted({ server, url, items, isTaken }: Post): void {
    for (const item of items) {
      const told = this.#told.get(item.subscriptionId);
      if (told === undefined) this.#complain(`${server} posts for nobody: ${item.subscriptionId}`);
      else if (item.lifecycleEvent !== undefined) this.#letter(told, item, url, isTaken);
      else this.#change(told, item, url, isTaken);
    }
  }

  lost(subscriptionId: string, letter: string | undefined): void {
    const told = this.#told.get(subscriptionId);
    if (told === undefined) return;
    if (letter === undefined) told.hasLost = true;
    else told.lostLetters.add(letter.slice(letter.indexOf('.') + 1));
  }

  /** Nothing lives on beyond its time while there is nothing in the way. */
  look(): void {
    const { world, records } = this.#parts;
    this.rests++;
    for (const told of this.#told.values()) {
      told.wasPaused ||= world.nowMs >= told.terms.authorizedUntilMs;
    }
    if (world.nowMs - records.calmSinceMs <= LATEST_MS) return;
    for (const { id, terms, endedAt } of this.#told.values()) {
      if (endedAt === undefined && world.nowMs - terms.expiresMs > LATEST_MS) {
        this.#complain(`subscription ${short(id)} lives on after ${terms.expiresMs}`);
      }
    }
  }

  /** Everybody was well again, and there was time: what is missing is lost. */
  end(failed: ReadonlySet<string>, isSmooth: boolean): void {
    for (const told of this.#told.values()) {
      this.#catchUp(told);
      const { terms, committed, arrivals, endedAt, hasLost, wasPaused } = told;
      const isHale = isSmooth && !wasPaused && ![...told.urls].some((url) => failed.has(url));
      const hasWord = terms.lifecycleNotificationUrl !== null;
      const isExcused = endedAt !== undefined || (hasLost && !hasWord);
      const complaints = complaintsAbout({
        delivery: isHale ? 'each' : terms.delivery,
        committed,
        arrivals,
        before: isExcused ? committed.length : told.before,
      });
      for (const complaint of complaints) this.#complain(`to ${short(told.id)}: ${complaint}`);
      this.arrived += arrivals.length;
      const missed = arrivals.filter(({ kind }) => kind === 'missed').length;
      this.announced += missed;
      if (missed > 0 && !hasLost) this.#complain(`to ${short(told.id)}: missed, and nothing was`);
      if (hasLost && isHale) this.#complain(`to ${short(told.id)}: nobody failed, and it was lost`);
      const isOwedWord = told.hasExpired && hasWord && !told.lostLetters.has('subscriptionRemoved');
      if (isOwedWord && !told.letters.has('subscriptionRemoved')) {
        this.#complain(`${short(told.id)} expired without a word`);
      }
    }
  }

  #put(terms: Subscription, known: Told | undefined): void {
    const { memory, world } = this.#parts;
    const { id } = terms;
    world.say(() => `subscription ${short(id)} is kept until ${terms.expiresMs}`);
    if (known !== undefined) {
      if (known.endedAt !== undefined) this.#complain(`${short(id)} is there again`);
      const last = known.changedAt;
      const isKnown = this.#isKnownSince(last.rests);
      const untilMs = Math.max(known.terms.authorizedUntilMs, isKnown ? 0 : last.untilMs);
      known.changedAt = { rests: this.rests, untilMs };
      known.terms = terms;
      known.urls.add(terms.notificationUrl);
      return;
    }
    const told: Told = {
      id,
      terms,
      begins: readPlace(terms.begins, memory.partitions),
      committed: [],
      lookedUpTo: 0,
      byId: new Map(),
      before: 0,
      arrivals: [],
      letters: new Set(),
      urls: new Set([terms.notificationUrl]),
      changedAt: { rests: this.rests, untilMs: 0 },
      endedAt: undefined,
      wasPaused: false,
      hasExpired: false,
      hasLost: false,
      lostLetters: new Set(),
    };
    this.#told.set(id, told);
    this.#catchUp(told);
    told.before = told.committed.length;
  }

  #letter(told: Told, { lifecycleEvent = '' }: Item, url: string, isTaken: boolean): void {
    if (url !== told.terms.lifecycleNotificationUrl) {
      this.#complain(`${lifecycleEvent} of ${short(told.id)} goes to ${url}`);
    }
    if (!isTaken) return;
    told.letters.add(lifecycleEvent);
    if (lifecycleEvent !== 'missed') return;
    this.#catchUp(told);
    told.arrivals.push({ kind: 'missed', committed: told.committed.length });
  }

  #change(told: Told, { id = '', resourceData, clientState }: Item, url: string, isTaken: boolean) {
    const { world } = this.#parts;
    const { terms, endedAt } = told;
    this.#catchUp(told);
    const change = told.byId.get(id);
    if (change === undefined) {
      this.#complain(`${short(told.id)} is told of what it doesn't watch: ${id}`);
      return;
    }
    if (resourceData?.id !== change.userId) this.#complain(`${id} is of ${resourceData?.id}`);
    if (clientState !== terms.clientState) this.#complain(`${id} with state ${clientState}`);
    if (!told.urls.has(url)) this.#complain(`${id} goes to ${url}`);
    if (endedAt !== undefined && this.#isKnownSince(endedAt.rests)) {
      this.#complain(`${short(told.id)} is told after its end`);
    }
    const { rests, untilMs } = told.changedAt;
    const mayUntilMs = this.#isKnownSince(rests) ? 0 : untilMs;
    if (world.nowMs >= Math.max(terms.authorizedUntilMs, mayUntilMs) && !world.isBeingSet) {
      this.#complain(`${id} is sent without a token`);
    }
    if (!isTaken) return;
    const { userId, number, pair } = change;
    world.say(() => `${short(told.id)} hears ${number} of ${userId.slice(-1)}`);
    told.arrivals.push({ kind: 'change', id, userId, number, pair });
  }

  /** Looks for what was committed since. */
  #catchUp(told: Told): void {
    const { feed } = this.#parts.records;
    for (; told.lookedUpTo < feed.length; told.lookedUpTo++) {
      const item = feed[told.lookedUpTo] as FeedItem;
      if (!concerns(told, item)) continue;
      const { userId, change } = item;
      const { number } = change;
      const committed = { userId, number, pair: lookOf(change.after).pair, item };
      told.committed.push(committed);
      told.byId.set(notificationId(told.id, item), committed);
    }
  }

  /**
   * Whether servers must know what was kept at a rest: not before everything has come to rest once more, and not for a
   * second after the store was away.
   */
  #isKnownSince(rests: number): boolean {
    const { world, lastTroubleMs } = this.#parts;
    return this.rests > rests && world.steady.nowMs() - lastTroubleMs() > LATEST_MS;
  }

  #complain(what: string): void {
    this.#parts.world.complain(what);
  }
}

export const short = (id: string) => id.slice(0, 4);

/** Whether a change is one that a subscription asked for. */
function concerns({ terms, begins }: Told, { userId, partition, cursor, change }: FeedItem) {
  if (cursor <= (begins[partition] ?? '')) return false;
  if (terms.scope !== 'tenant' && !terms.scope.includes(userId)) return false;
  const [before, after] = [lookOf(change.before), lookOf(change.after)];
  return terms.properties.some((property) => {
    switch (property) {
      case 'availability':
      case 'activity':
        return before.pair !== after.pair;
      case 'statusMessage':
        // Others see its text alone.
        return change.before.statusMessage?.content !== change.after.statusMessage?.content;
      case 'outOfOfficeSettings':
        return before.outOfOffice !== after.outOfOffice;
      case 'workLocation':
        return before.location !== after.location;
      default:
        return false;
    }
  });
}

/** The id of an item follows from the subscription and the place, with the partition beyond the first. */
function notificationId(subscriptionId: string, { partition, cursor }: FeedItem): string {
  const place = partition === 0 ? cursor : `${partition} ${cursor}`;
  const hex = createHash('sha1').update(`${subscriptionId} ${place}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
