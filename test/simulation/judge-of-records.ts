import type { Presence } from '../../src/engine/presence.ts';
import { sequenceNumber } from '../../src/graph/presence-json.ts';
import { cursorAfter } from '../../src/store/cursor.ts';
import type { FeedItem, PresenceStore, UserKey } from '../../src/store/store.ts';
import type { Question } from './asking.ts';
import type { Taken } from './faulty-store.ts';
import { type Look, ModelUser, type Said, type Span, textOf } from './model.ts';
import type { World } from './world.ts';

/** How late a transition may be written while there is nothing in the way. */
export const LATEST_MS = 2000;

/** Holds every step that a store was given to the model, and what is kept to what was given. */
export class JudgeOfRecords {
  readonly #world: World;
  readonly #memory: PresenceStore;
  readonly #feedRetentionMs: number;
  readonly #models = new Map<string, ModelUser>();
  /** All changes in the order of their commits. */
  readonly feed: FeedItem[] = [];
  /** Of each partition, how many were committed, and up to where the store's own feed was looked at. */
  readonly #committed: number[] = [];
  readonly #looked: number[] = [];
  #isDirty = false;
  /** The clock when there last was something in the way of the ticker. */
  calmSinceMs: number;

  constructor(world: World, memory: PresenceStore, feedRetentionMs: number) {
    this.#world = world;
    this.#feedRetentionMs = feedRetentionMs;
    this.#memory = memory;
    this.calmSinceMs = world.nowMs;
  }

  modelOf({ tenantId, userId }: UserKey): ModelUser {
    const name = `${tenantId}/${userId}`;
    const found = this.#models.get(name) ?? new ModelUser();
    this.#models.set(name, found);
    return found;
  }

  models(): Iterable<ModelUser> {
    return this.#models.values();
  }

  /** A step was taken. */
  taken(taken: Taken): void {
    const { user, nowMs, asking, before, advanced } = taken;
    const model = this.modelOf(user);
    const order = asking?.kind === 'order' ? asking : undefined;
    if (order !== undefined) order.times++;
    const said = order?.said ?? saidByMailbox(taken);
    const name = user.userId.slice(-1);
    this.#world.say(() => `${name} ${said?.kind ?? 'time'} at ${nowMs}`);
    const changes = said === undefined ? model.pass(nowMs) : model.take(said, nowMs);
    if (order !== undefined) {
      order.outcome = { isRefused: changes === undefined, decided: model.decided(nowMs) };
    }
    if (changes === undefined || advanced.refusal !== undefined) {
      const isRefused = advanced.refusal !== undefined;
      this.#must(
        (changes === undefined) === isRefused,
        () => `${said?.kind} of ${name} is ${isRefused ? 'refused' : 'taken'}`,
      );
      if (order !== undefined) order.times--;
      return;
    }
    const is = advanced.changes.map(
      ({ number, atMs, before, after }) =>
        `${number} at ${atMs} from ${textOf(lookOf(before))} to ${textOf(lookOf(after))}`,
    );
    const right = changes.map(
      ({ number, atMs, before, after }) =>
        `${number} at ${atMs} from ${textOf(before)} to ${textOf(after)}`,
    );
    this.#same(`changes of ${name}`, is.join('\n'), right.join('\n'));
    const { record } = advanced;
    this.#same(`presence of ${name}`, textOf(lookOf(record.presence)), textOf(model.shown));
    this.#same(`number of ${name}`, String(record.number), String(model.number));
    const edgeMs = model.nextEdgeMs();
    this.#must(
      record.untilMs <= edgeMs,
      () => `${name} is due at ${record.untilMs}, and changes at ${edgeMs}`,
    );
    let last = { number: before.number, presence: before.presence };
    for (const change of advanced.changes) {
      const { number, atMs, cause } = change;
      const text = sequenceNumber(number);
      const lastText = sequenceNumber(last.number);
      this.#must(
        number > last.number && /^A\d{16}$/.test(text) && text > lastText,
        () => `${text} of ${name} comes after ${lastText}`,
      );
      this.#same(
        `before ${number} of ${name}`,
        textOf(lookOf(change.before)),
        textOf(lookOf(last.presence)),
      );
      last = { number, presence: change.after };
      this.#world.say(() => `${name} becomes ${textOf(lookOf(change.after))}, ${number}`);
      if ('appId' in cause) {
        this.#same(`cause of ${number}`, cause.kind, said?.kind ?? 'time');
        if (order !== undefined) this.#same(`app of ${number}`, cause.appId, order.appId);
      } else this.#timely(name, atMs, nowMs);
      const partition = this.#memory.partitionOf(user);
      const count = (this.#committed[partition] ?? 0) + 1;
      this.#committed[partition] = count;
      this.feed.push({ ...user, change, partition, cursor: cursorAfter(count) });
    }
    this.#isDirty = true;
    this.#world.stir();
  }

  /** Notes what is right for somebody who reads now. */
  reads(question: Question, tenantId: string, userIds: readonly string[]): void {
    for (const userId of userIds) {
      const model = this.modelOf({ tenantId, userId });
      question.right.set(userId, seen(model, question.nowMs));
    }
  }

  /** Somebody was answered. */
  answered(question: Question, userId: string, presence: Presence, number: number): void {
    const right = question.right.get(userId) ?? 'nothing that was read';
    this.#same(`read of ${userId.slice(-1)}`, `${number} ${textOf(lookOf(presence))}`, right);
  }

  /** What is kept must be what was committed, and all of it that is due written, once nothing is in the way. */
  async look(): Promise<void> {
    const world = this.#world;
    for (let partition = 0; partition < this.#memory.partitions; partition++) {
      if (world.nowMs - this.calmSinceMs > LATEST_MS) {
        const dueMs = await this.#memory.nextDueMs(partition);
        this.#must(
          world.nowMs - dueMs <= LATEST_MS,
          () => `due at ${dueMs}, and not looked at by ${world.nowMs}`,
        );
      }
    }
    if (!this.#isDirty) return;
    this.#isDirty = false;
    for (let partition = 0; partition < this.#memory.partitions; partition++) {
      const from = this.#looked[partition] ?? 0;
      const { start } = await this.#memory.feedBounds(partition);
      const { entries } = await this.#memory.feed(partition, cursorAfter(from), 1000);
      const news = this.feed.filter((item) => item.partition === partition).slice(from);
      this.#looked[partition] = from + news.length;
      const committed = news.filter((item) => !this.#isTrimmed(item, start));
      this.#same(
        `feed of partition ${partition}`,
        entries.map(({ cursor, change }) => `${cursor} ${change.number}`).join(),
        committed.map(({ cursor, change }) => `${cursor} ${change.number}`).join(),
      );
    }
    for (const [name, model] of this.#models) {
      const [tenantId = '', userId = ''] = name.split('/');
      const [record] = await this.#memory.read(tenantId, [userId]);
      if (record === undefined) continue;
      this.#same(
        `record of ${userId.slice(-1)}`,
        textOf(lookOf(record.presence)),
        textOf(model.shown),
      );
    }
  }

  /** An entry may be forgotten when its time has come, and not before. */
  #isTrimmed({ cursor, change }: FeedItem, start: string): boolean {
    if (cursor > start) return false;
    this.#must(
      change.atMs < this.#world.peakMs - this.#feedRetentionMs,
      () => `change ${change.number} is forgotten too soon`,
    );
    return true;
  }

  #timely(name: string, atMs: number, nowMs: number): void {
    this.#must(atMs <= nowMs, () => `${name} changes at ${nowMs}, before it is due at ${atMs}`);
    const lateMs = this.#world.nowMs - Math.max(atMs, this.calmSinceMs);
    this.#must(lateMs <= LATEST_MS, () => `${name} changes ${lateMs} ms late`);
  }

  #same(what: string, is: string, right: string): void {
    this.#must(is === right, () => `${what}: ${is || 'nothing'}, and not ${right || 'nothing'}`);
  }

  #must(isSo: boolean, complaint: () => string): void {
    if (!isSo) this.#world.complain(complaint());
  }
}

function seen(model: ModelUser, nowMs: number): string {
  const later = model.copy();
  later.pass(nowMs);
  return `${later.number} ${textOf(later.shown)}`;
}

export function lookOf(presence: Presence): Look {
  const { statusMessage: message, workLocation: location } = presence;
  return {
    pair: `${presence.availability}/${presence.activity}`,
    outOfOffice: presence.isOutOfOffice ? `yes ${presence.outOfOfficeMessage ?? ''}` : 'no',
    message:
      message === null
        ? ''
        : `${message.content} @${message.publishedAtMs} <${message.expiresAtMs}`,
    location:
      location === null
        ? ''
        : `${location.source} ${location.workLocationType} ${location.placeId ?? ''}`,
  };
}

/** What a step says of the mailbox; undefined for time alone. */
function saidByMailbox({ said: { facts } }: Taken): Said | undefined {
  const { calendar, outOfOffice } = facts;
  if (calendar === null) return undefined;
  if (calendar.revision === 0) return { kind: 'awaitCalendar', revision: calendar.awaited };
  return {
    kind: 'setCalendar',
    revision: calendar.revision,
    spans: calendar.spans.map(
      ({ kind, startsAtMs, endsAtMs }): Span => ({ kind, fromMs: startsAtMs, toMs: endsAtMs }),
    ),
    replies: outOfOffice && {
      message: outOfOffice.message,
      fromMs: outOfOffice.startsAtMs,
      toMs: outOfOffice.endsAtMs,
    },
  };
}
