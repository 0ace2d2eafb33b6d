import pino from 'pino';
import { onTestFinished } from 'vitest';
import type { CalendarSources } from '../../src/feeds/feeds.ts';
import { localOutbound, openReceiver, type ReceiverAnswer } from '../subscriptions/receiver.ts';
import { until } from '../until.ts';
import {
  MINUTE_MS,
  type Porchlight,
  type PorchlightOptions,
  session,
  startPorchlight,
  USER,
} from '../wire/porchlight.ts';

export const PATH = `/porchlight/users/${USER}/calendarFeed`;
export const CALENDARS = { permissions: ['Calendars.ReadWrite'] };
export const POLL_EVERY_MS = 15 * MINUTE_MS;

/** A feed as the API shows it. */
export interface ShownFeed {
  readonly origin: string;
  readonly urlFingerprint: string;
  readonly addresses: readonly string[] | null;
  readonly state: 'waiting' | 'good' | 'failed';
  readonly failure: string | null;
  readonly lastFetchedDateTime: string | null;
  readonly lastGoodDateTime: string | null;
  readonly nextFetchDateTime: string;
  readonly knownUntilDateTime: string | null;
  readonly eventCount: number;
  readonly skippedCount: number;
}

/** A real server of calendars on this machine, which answers as it is told last. */
export async function openCalendarServer(answer: ReceiverAnswer | string = '') {
  const receiver = await openReceiver();
  onTestFinished(() => receiver.close());
  let next: ReceiverAnswer;
  const answerWith = (what: ReceiverAnswer | string) => {
    next = typeof what === 'string' ? { body: what } : what;
  };
  answerWith(answer);
  receiver.behave(() => ({ contentType: 'text/calendar; charset=utf-8', ...next }));
  return {
    answerWith,
    behave: receiver.behave,
    received: receiver.received,
    origin: receiver.origin,
    url: `${receiver.origin}/private-c0ffee/basic.ics?key=s3cret`,
  };
}

/** The whole server, which may fetch from this machine, and logs warnings too. */
export async function startFeeding(
  options: PorchlightOptions & { readonly sources?: CalendarSources } = {},
): Promise<Porchlight> {
  const { sources, parts, ...rest } = options;
  const logged: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => logged.push(line) });
  const calendars = { outbound: localOutbound(), ...sources };
  const porchlight = await startPorchlight({ ...rest, parts: { log, calendars, ...parts } });
  onTestFinished(() => porchlight.close());
  return { ...porchlight, logged };
}

export async function feedOf(porchlight: Porchlight, path = PATH): Promise<ShownFeed> {
  const { body, status, text } = await porchlight.as(CALENDARS).get(path);
  if (status !== 200) throw new Error(`${status} ${text}`);
  return body as ShownFeed;
}

/** Sets a feed, and waits until it was fetched: now, or when it may be again. */
export async function setFeed(
  porchlight: Porchlight,
  url: string,
  addresses?: readonly string[],
  path = PATH,
): Promise<ShownFeed> {
  const { status, text } = await porchlight.as(CALENDARS).put(path, { url, addresses });
  if (status !== 200) throw new Error(`${status} ${text}`);
  const { nextFetchDateTime } = JSON.parse(text) as ShownFeed;
  porchlight.clock.set(Math.max(porchlight.clock.nowMs(), Date.parse(nextFetchDateTime)));
  return fetched(porchlight, path);
}

/** The feed once it was fetched at the time that the clock shows. */
export async function fetched(porchlight: Porchlight, path = PATH): Promise<ShownFeed> {
  const now = new Date(porchlight.clock.nowMs()).toISOString();
  await until(async () => (await feedOf(porchlight, path)).lastFetchedDateTime === now);
  return feedOf(porchlight, path);
}

/** Moves the clock to when the feed is fetched next, and waits until it was. */
export async function fetchedNext(porchlight: Porchlight, path = PATH): Promise<ShownFeed> {
  const { nextFetchDateTime } = await feedOf(porchlight, path);
  porchlight.clock.set(Date.parse(nextFetchDateTime));
  return fetched(porchlight, path);
}

/** Keeps the user’s session alive: without one there is no meeting to be seen. */
export async function present(porchlight: Porchlight, userId = USER): Promise<void> {
  const path = `/v1.0/users/${userId}/presence/setPresence`;
  const { status, text } = await porchlight.as().post(path, session('Available/Available', 'PT4H'));
  if (status !== 200) throw new Error(`${status} ${text}`);
}
