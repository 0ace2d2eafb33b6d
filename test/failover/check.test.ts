import { beforeEach, describe, expect, it } from 'vitest';
import { advance, type Change, NEW_RECORD } from '../../src/engine/advance.ts';
import type { PresenceCommand } from '../../src/engine/command.ts';
import { BUSY } from '../../src/engine/pair.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import type { FeedItem, PresenceStore } from '../../src/store/store.ts';
import { content } from '../crash/numbers.ts';
import {
  APP,
  MINUTE_MS,
  START_MS,
  setPresence,
  setStatusMessage,
  user,
} from '../store/commands.ts';
import { check } from './check.ts';
import type { History, Outcome, Read, Write } from './history.ts';

const WHO = user(1);
const HOUR_MS = 60 * MINUTE_MS;

/** What was said to a store that keeps everything, and what was told of it; a test tells something else. */
class Scene {
  readonly store: PresenceStore = openMemoryStore();
  readonly writes: Write[] = [];
  readonly reads: Read[] = [];
  #ms = 0;

  /** `isKept`: whether the store hears of it. What comes of it is told in any case. */
  async say(text: string, outcome: Outcome = 'acknowledged', isKept = true): Promise<void> {
    const told = await this.#carryOut(setStatusMessage(text), outcome, isKept);
    this.writes.push({ kind: 'message', text, ...told });
  }

  /** Sets the session until so many minutes after `START_MS`. */
  async set(minutes: number, outcome: Outcome = 'acknowledged', isKept = true): Promise<void> {
    const lifetimeMs = minutes * MINUTE_MS - (this.#ms + 1);
    const told = await this.#carryOut(setPresence(BUSY, lifetimeMs), outcome, isKept);
    const expiresAtMs = START_MS + minutes * MINUTE_MS;
    this.writes.push({ kind: 'session', sessionId: APP, expiresAtMs, ...told });
  }

  /** A look at what is there, or was to be seen elsewhere. */
  async look(seen?: { readonly number: number; readonly shown: string }): Promise<void> {
    const [record] = await this.store.read(WHO.tenantId, [WHO.userId]);
    const { number = 0, presence } = record ?? {};
    const shown = presence === undefined ? 'Offline/Offline null' : content(presence);
    const begunMs = ++this.#ms;
    const endedMs = ++this.#ms;
    const { userId } = WHO;
    this.reads.push({ reader: 'r', userId, begunMs, endedMs, number, shown, ...seen });
  }

  async history(): Promise<History> {
    const { entries } = await this.store.feed(0, '', 1000);
    const [record] = await this.store.read(WHO.tenantId, [WHO.userId]);
    return {
      writes: this.writes,
      reads: this.reads,
      followed: [[entries]],
      feeds: [entries],
      records: new Map(record && [[WHO.userId, record]]),
    };
  }

  async #carryOut(command: PresenceCommand, outcome: Outcome, isKept: boolean) {
    const begunMs = ++this.#ms;
    const nowMs = START_MS + begunMs;
    const [record] = await this.store.read(WHO.tenantId, [WHO.userId]);
    const { changes } = isKept
      ? await this.store.update(WHO, nowMs, (found) => advance(found, nowMs, command))
      : advance(record ?? NEW_RECORD, nowMs, command);
    const told: readonly Change[] = outcome === 'acknowledged' ? changes : [];
    return { userId: WHO.userId, begunMs, endedMs: ++this.#ms, outcome, changes: told };
  }
}

let scene: Scene;

beforeEach(async () => {
  scene = new Scene();
  await scene.say('one');
  await scene.set(60);
  await scene.say('two');
  await scene.look();
});

/** What it finds, in short. */
async function found(change: (history: History) => History = (history) => history) {
  const { counts, losses, violations } = check(change(await scene.history()));
  return { ...counts, losses: losses.join('\n'), violations: violations.join('\n') };
}

/** The last entry of the feed is another one, for everybody who looks. */
function withLast(history: History, change: (item: FeedItem) => readonly FeedItem[]): History {
  const feed = history.feeds[0] ?? [];
  const last = feed.at(-1);
  const entries = last === undefined ? [] : [...feed.slice(0, -1), ...change(last)];
  return { ...history, feeds: [entries], followed: [[entries]] };
}

describe('what is there after a failover, beside what was answered', () => {
  it('is well when it is the same', async () => {
    await scene.say('kept', 'unknown');
    await scene.say('gone', 'unknown', false);
    await scene.say('no', 'refused', false);
    await scene.set(90);
    await scene.set(95, 'unknown');
    await scene.look();
    expect(await found()).toEqual({
      ...{ acknowledged: 4, lost: 0, unknownMessages: 2, keptMessages: 1, refused: 1 },
      ...{ reads: 2, seenButLost: 0, stale: 0, wentBack: 0, repeated: 0 },
      ...{ losses: '', violations: '' },
    });
  });

  it('lacks an acknowledged message', async () => {
    await scene.say('three', 'acknowledged', false);
    const { lost, losses, violations } = await found();
    expect([lost, violations]).toEqual([1, '']);
    expect(losses).toContain("'three', acknowledged, is gone");
  });

  it('lacks an acknowledged message, though its number is there with another', async () => {
    await scene.say('three', 'acknowledged', false);
    const [told] = scene.writes.at(-1)?.changes ?? [];
    const { counts } = check(
      withLast(await scene.history(), (item) => [
        item,
        {
          ...item,
          cursor: `${item.cursor}1`,
          change: { ...item.change, number: told?.number ?? 0 },
        },
      ]),
    );
    expect([counts.lost, counts.repeated]).toEqual([1, 1]);
  });

  it('lacks the keep-alives of a session that nobody saw', async () => {
    await scene.set(70);
    await scene.set(80, 'acknowledged', false);
    await scene.set(85, 'unknown', false);
    await scene.set(90, 'acknowledged', false);
    expect(await found()).toMatchObject({ lost: 2, violations: '' });
  });

  it('has a session whose last write nobody confirmed', async () => {
    await scene.set(80, 'acknowledged', false);
    await scene.set(90, 'unknown');
    expect(await found()).toMatchObject({ lost: 0, violations: '' });
  });

  it('lacks all of a session', async () => {
    const history = await scene.history();
    const [[userId, record] = ['', undefined]] = history.records;
    if (record === undefined) throw new Error('there is a record');
    const without = { ...record, facts: { ...record.facts, sessions: [] } };
    expect(check({ ...history, records: new Map([[userId, without]]) }).counts.lost).toBe(1);
  });

  it('has a message that was refused', async () => {
    await scene.say('no', 'refused');
    expect((await found()).violations).toBe("'no' was refused, and kept");
  });

  it('has a write of a session that was refused', async () => {
    await scene.set(90, 'refused');
    expect((await found()).violations).toContain("is kept that wasn't to be");
  });

  it('has a message that nobody wrote', async () => {
    await scene.say('whose');
    scene.writes.pop();
    expect((await found()).violations).toBe("'whose' was written by nobody");
  });

  it('has a message twice', async () => {
    await scene.say('three');
    await scene.say('two');
    scene.writes.pop();
    expect((await found()).violations).toContain("'two' was written twice");
  });

  it('has a feed in which the numbers of a user go back', async () => {
    const { violations } = await found((history) =>
      withLast(history, (item) => [
        { ...item, change: { ...item.change, number: item.change.number - 100 } },
      ]),
    );
    expect(violations).toMatch(/in the feed \d+ follows \d+/);
  });

  it('has a record that is older than its last change', async () => {
    const history = await scene.history();
    await scene.say('three');
    const { feeds } = await scene.history();
    const { violations } = check({ ...history, feeds, followed: [feeds] });
    expect(violations.join('\n')).toMatch(
      /the record is \d+ .*"two", the last change \d+ .*"three"/,
    );
  });

  it('shows a number that stood for something else to who was answered before', async () => {
    await scene.say('lost', 'acknowledged', false);
    await scene.store.update(WHO, START_MS, (record) => {
      const [change] = scene.writes.at(-1)?.changes ?? [];
      return advance(record, change?.number ?? 0, setStatusMessage('other'));
    });
    const { repeated, violations } = await found();
    expect(repeated).toBe(1);
    expect(violations).toMatch(/number \d+ was .*"lost" and is .*"other"/);
  });

  it('shows a number that stood for something else to who read it before', async () => {
    const [last] = (await scene.history()).feeds[0]?.slice(-1) ?? [];
    await scene.look({ number: last?.change.number ?? 0, shown: 'Away/Away "one"' });
    expect((await found()).repeated).toBe(1);
  });

  it('shows a number that stood for something else to who followed the feed', async () => {
    const other = (item: FeedItem): FeedItem => ({
      ...item,
      change: { ...item.change, after: item.change.before },
    });
    const { repeated } = await found((history) => ({
      ...history,
      followed: history.followed.map((feeds) => feeds.map((items) => items.map(other))),
    }));
    expect(repeated).toBeGreaterThan(0);
  });

  it('is followed by who missed a change', async () => {
    const { violations } = await found((history) => ({
      ...history,
      followed: history.followed.map((feeds) => feeds.map((items) => items.toSpliced(1, 1))),
    }));
    expect(violations).toMatch(/a follower missed \d+ of user/);
  });

  it('is followed by who was given nothing at all', async () => {
    const { violations } = await found((history) => ({ ...history, followed: [[[]]] }));
    expect(violations.split('\n')).toHaveLength(3);
  });

  it('is followed by who was sent back', async () => {
    const { violations } = await found((history) => ({
      ...history,
      followed: history.followed.map(([items = []]) => [[...items, ...items.slice(0, 1)]]),
    }));
    expect(violations).toMatch(/partition 0: place \d+ follows \d+/);
  });

  it('shows what nobody wrote', async () => {
    await scene.look({ number: START_MS + 1000, shown: 'Busy/Busy "whose"' });
    expect((await found()).violations).toContain("'whose' was read, and written by nobody");
  });
});

describe('what reads showed over a failover', () => {
  it('is counted as stale when more was acknowledged before', async () => {
    const [{ number = 0, shown = '' } = {}] = scene.reads;
    await scene.say('three');
    scene.reads.length = 0;
    await scene.look({ number, shown });
    expect(await found()).toMatchObject({ stale: 1, wentBack: 0, violations: '' });
  });

  it('is not when what was acknowledged is lost, which is counted', async () => {
    await scene.say('three', 'acknowledged', false);
    await scene.look();
    expect(await found()).toMatchObject({ stale: 0, lost: 1, violations: '' });
  });

  it('is counted when the same reader was shown more before', async () => {
    const [{ number = 0, shown = '' } = {}] = scene.reads;
    await scene.say('three', 'unknown');
    await scene.look();
    await scene.look({ number, shown });
    expect(await found()).toMatchObject({ wentBack: 1, stale: 0, violations: '' });
  });

  it('is counted when it is gone, and nobody was promised it', async () => {
    await scene.say('three', 'unknown', false);
    const number = START_MS + HOUR_MS;
    await scene.look({ number, shown: 'Busy/Busy "three"' });
    await scene.look({ number, shown: 'Busy/Busy "three"' });
    expect(await found()).toMatchObject({ seenButLost: 1, repeated: 0, violations: '' });
  });
});
