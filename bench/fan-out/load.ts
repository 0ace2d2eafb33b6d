import { setTimeout as delay } from 'node:timers/promises';
import { answer } from '../child.ts';
import type { Crowd } from './crowd.ts';
import { type StreamOptions, streamCrowd } from './stream-crowd.ts';
import { type XmppOptions, xmppCrowd } from './xmpp-crowd.ts';

export interface FanOutBurst {
  /** Changes times watchers: all of them have arrived. */
  readonly delivered: number;
  /** From the first change to the last arrival. */
  readonly durationMs: number;
  /** This process' CPU time. */
  readonly cpuMs: number;
}

export interface FanOutOptions {
  /** Changes are made for so long. */
  readonly durationMs: number;
  /** Changes under way at once: the next is made when everybody has been told of an earlier one. */
  readonly underWay: number;
}

/** So long without a byte means that nothing more comes. */
const QUIET_MS = 500;
/** With nothing arriving for so long, something was lost. */
const LONGEST_GAP_MS = 30_000;

let crowd: Crowd | undefined;
let delivered = 0;
let lastMs = 0;
let onDelivered = () => {};

function count(more: number): void {
  if (more === 0) return;
  delivered += more;
  lastMs = performance.now();
  onDelivered();
}

async function quiet(): Promise<void> {
  for (let before = -1; before !== delivered; ) {
    before = delivered;
    await delay(QUIET_MS);
  }
}

async function arrivalOf(expected: () => number): Promise<void> {
  while (delivered < expected()) {
    if (performance.now() - lastMs > LONGEST_GAP_MS) {
      throw new Error(`of ${expected()} deliveries, ${delivered} have arrived`);
    }
    await delay(5);
  }
}

async function burst({ durationMs, underWay }: FanOutOptions): Promise<FanOutBurst> {
  if (crowd === undefined) throw new Error('there is nobody yet');
  const clients = crowd;
  const { size } = clients;
  const beginMs = performance.now();
  const cpuBeforeMs = cpuMs();
  let changes = 0;
  delivered = 0;
  onDelivered = () => {
    if (performance.now() - beginMs >= durationMs) return;
    while (changes * size - delivered <= (underWay - 1) * size) clients.change(changes++ % size);
  };
  onDelivered();
  await delay(durationMs);
  await arrivalOf(() => changes * size);
  const result = { delivered, durationMs: lastMs - beginMs, cpuMs: cpuMs() - cpuBeforeMs };
  await quiet();
  if (delivered > result.delivered) throw new Error('more has arrived than was sent');
  if (clients.complaint !== undefined) throw new Error(clients.complaint);
  return result;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

answer({
  async xmpp(options: XmppOptions) {
    crowd = await xmppCrowd(options, count);
    // Each has been told where each of them is.
    await arrivalOf(() => options.users.length ** 2);
    await quiet();
  },
  async stream(options: StreamOptions) {
    crowd = await streamCrowd(options, count);
    await quiet();
  },
  burst,
});
