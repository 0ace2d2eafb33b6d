import { describe, expect, onTestFinished, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createReader, type Reader } from '../../src/feeds/reader.ts';
import { createFeedService } from '../../src/feeds/service.ts';
import { createMemory } from '../../src/store/memory.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import type { ReceiverAnswer } from '../subscriptions/receiver.ts';
import { until } from '../until.ts';
import { HOUR_MS, type Porchlight, START, TENANT, USER } from '../wire/porchlight.ts';
import {
  CALENDARS,
  feedOf,
  fetched,
  fetchedNext,
  openCalendarServer,
  PATH,
  present,
  setFeed,
  startFeeding,
} from './feeding.ts';
import { calendar, meeting } from './ics.ts';

const NOW = meeting(START, START + 5 * HOUR_MS);

interface Node {
  readonly porchlight: Porchlight;
  /** How many calendars it has read. */
  readonly reads: () => number;
  readonly steady: ManualClock;
}

/** Servers on one memory, under one clock; each has a steady clock of its own, which a stall stops. */
function openCluster() {
  const clock = new ManualClock(START);
  const steady = new ManualClock(0);
  const leases = createLeaseTable({ leaseMs: 2000, nowMs: () => steady.nowMs() });
  const memory = createMemory({ leases });
  const nodes = new Set<Node>();

  async function start(): Promise<Node> {
    let reads = 0;
    const inner = createReader();
    const reader: Reader = {
      ...inner,
      read(question) {
        reads++;
        return inner.read(question);
      },
    };
    const own = new ManualClock(steady.nowMs());
    const porchlight = await startFeeding({
      clock,
      sources: { reader },
      parts: { store: memory.open(), steadyClock: own },
    });
    const node = { porchlight, reads: () => reads, steady: own };
    nodes.add(node);
    return node;
  }

  /** Lets a quarter of a lease pass for all but those that stand still. */
  async function beat(standing: readonly Node[] = []): Promise<void> {
    steady.advance(500);
    for (const node of nodes) if (!standing.includes(node)) node.steady.set(steady.nowMs());
    // What the beat set off is answered by memory within a few turns.
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve));
  }

  const holds = ({ porchlight }: Node) => porchlight.server.shifts.lease(0) !== undefined;

  async function close(node: Node): Promise<void> {
    nodes.delete(node);
    await node.porchlight.close();
  }

  onTestFinished(() => {
    for (const node of nodes) node.steady.set(steady.nowMs());
  });
  return { start, beat, holds, close, clock };
}

/** Two servers, of which the first has the work. */
async function openTwo() {
  const cluster = openCluster();
  const first = await cluster.start();
  const second = await cluster.start();
  await cluster.beat();
  await cluster.beat();
  const [holder, other] = cluster.holds(first) ? [first, second] : [second, first];
  expect([cluster.holds(holder), cluster.holds(other)]).toEqual([true, false]);
  return { ...cluster, holder, other };
}

describe('two servers on one store', () => {
  test('fetch what either was asked for, once: the one whose turn it is', async () => {
    const calendars = await openCalendarServer(NOW);
    const { holder, other } = await openTwo();
    await setFeed(other.porchlight, calendars.url);
    await present(other.porchlight);
    for (const { porchlight } of [holder, other]) {
      expect(await porchlight.shown()).toBe('Busy/InAMeeting');
      expect(await feedOf(porchlight)).toMatchObject({ state: 'good' });
    }
    expect([holder.reads(), other.reads(), calendars.received.length]).toEqual([1, 0, 1]);
    await other.porchlight.as(CALENDARS).delete(PATH);
    expect(await holder.porchlight.shown()).toBe('Available/Available');
    holder.porchlight.clock.advance(HOUR_MS);
    expect(calendars.received).toHaveLength(1);
  });

  test('hand over what is known of a feed: it is fetched in its time, and as it was last known', async () => {
    const calendars = await openCalendarServer({ body: NOW, headers: { etag: '"1"' } });
    const { holder, other, beat, holds, close } = await openTwo();
    await setFeed(holder.porchlight, calendars.url);
    await close(holder);
    await beat();
    await until(() => holds(other));
    expect(calendars.received).toHaveLength(1);
    calendars.answerWith({ status: 304, body: '' });
    expect(await fetchedNext(other.porchlight)).toMatchObject({ state: 'good', eventCount: 1 });
    expect(calendars.received[1]?.headers).toMatchObject({ 'if-none-match': '"1"' });
    await present(other.porchlight);
    expect(await other.porchlight.shown()).toBe('Busy/InAMeeting');
  });

  test('let no server that stood still undo what the other did', async () => {
    let answer = (_: ReceiverAnswer) => {};
    const calendars = await openCalendarServer();
    calendars.behave(
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const { holder, other, beat, holds, close } = await openTwo();
    await holder.porchlight.as(CALENDARS).put(PATH, { url: calendars.url });
    await until(() => calendars.received.length === 1);
    const late = answer;
    calendars.behave(() => ({ body: calendar([]) }));

    for (let beats = 0; beats < 6; beats++) await beat([holder]);
    await until(() => holds(other));
    expect(await fetched(other.porchlight)).toMatchObject({ state: 'good', eventCount: 0 });

    holder.steady.advance(60_000);
    late({ body: NOW });
    await close(holder);
    await present(other.porchlight);
    expect(await other.porchlight.shown()).toBe('Available/Available');
    expect(await feedOf(other.porchlight)).toMatchObject({ eventCount: 0 });
  });
});

test('a server that is started again shows the last good state, though the feed is gone', async () => {
  const calendars = await openCalendarServer(NOW);
  const memory = createMemory();
  const options = { clock: new ManualClock(START) };
  const first = await startFeeding({ ...options, parts: { store: memory.open() } });
  await setFeed(first, calendars.url);
  await first.close();
  calendars.answerWith({ status: 410 });
  const second = await startFeeding({ ...options, parts: { store: memory.open() } });
  await present(second);
  expect(await second.shown()).toBe('Busy/InAMeeting');
  expect(await feedOf(second)).toMatchObject({ state: 'good', eventCount: 1 });
  expect(await fetchedNext(second)).toMatchObject({ state: 'failed', eventCount: 1 });
  await present(second);
  expect(await second.shown()).toBe('Busy/InAMeeting');
});

test('a feed that was never fetched is fetched by whoever comes next', async () => {
  const calendars = await openCalendarServer(NOW);
  const memory = createMemory();
  const options = { clock: new ManualClock(START) };
  const first = await startFeeding({ ...options, parts: { store: memory.open() } });
  await first.close();
  // Asked for while nobody held the partition.
  const store = memory.open();
  const mailboxes = { read: async () => new Map(), write: async () => {} } as never;
  const service = createFeedService({ store, mailboxes, clock: options.clock });
  await service.set({ tenantId: TENANT, userId: USER }, calendars.url, null);
  const second = await startFeeding({ ...options, parts: { store: memory.open() } });
  expect(await fetched(second)).toMatchObject({ state: 'good' });
});
