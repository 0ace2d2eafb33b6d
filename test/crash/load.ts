import { Agent } from 'node:http';
import {
  AVAILABLE,
  AWAY,
  BUSY,
  IN_A_CALL,
  OFF_WORK,
  type Pair,
  PRESENTING,
} from '../../src/engine/pair.ts';
import {
  type FactName,
  type History,
  type Value,
  Violation,
  type Write,
  wallClock,
} from './history.ts';
import { type Answer, type Sending, send } from './http.ts';
import type { Numbers } from './numbers.ts';
import type { Random } from './random.ts';

const SESSION_PAIRS: readonly Pair[] = [AVAILABLE, IN_A_CALL, AWAY, PRESENTING];
const PREFERRED_PAIRS: readonly Pair[] = [AVAILABLE, BUSY, AWAY, OFF_WORK];

const MINUTE_MS = 60_000;

/** Nothing written by a test ends while it runs. */
const LEAST_LIFETIME_MS = 60 * MINUTE_MS;

const STATUS_EPOCH_MS = Date.UTC(2040, 0, 1);

const WRITERS = 8;
const READERS = 2;

export interface LoadParts {
  readonly origin: string;
  /** A token for each app. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly userIds: readonly string[];
  readonly history: History;
  readonly numbers: Numbers;
  readonly random: Random;
  /** Never the same twice, so that every value can be told from every other. */
  nextValue(): number;
}

export interface Load {
  /** Resolves when the first write is answered. */
  readonly begun: Promise<void>;
  /** Resolves when the server is gone and everything has failed; rejects with what was wrong before. */
  readonly ended: Promise<{ readonly acknowledged: number; readonly reads: number }>;
  /** From now on a broken connection is what is expected. */
  expectEnd(): void;
}

/** A write with the request that makes it. */
interface Step {
  readonly name: FactName;
  readonly value: Value;
  /** Below the version. */
  readonly path: string;
  readonly body: unknown;
}

/** Writers and readers that go on until the server is gone, each on a connection that is kept alive. */
export function startLoad(parts: LoadParts): Load {
  const { history, numbers, tokens, userIds, random, origin } = parts;
  const apps = [...tokens.keys()];
  let endExpected = false;
  let acknowledged = 0;
  let reads = 0;
  let onBegun: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve;
  });

  function settle(write: Write, step: Step, status: number, answer: string): void {
    // 404 says that there was nothing to clear, which is as much of a promise.
    const cleared = step.value.kind === 'nothing' && status === 404;
    if (status !== 200 && !cleared) throw new Violation(`${step.path}: ${status} ${answer}`);
    history.acknowledge(write, Date.now());
    acknowledged++;
    onBegun();
  }

  async function writeOne(sending: Sending, app: string): Promise<void> {
    const step = nextStep(random, parts, random.pick(userIds), app);
    const write = history.begin(step.name, step.value, Date.now());
    const { status, text } = await send(sending, 'POST', `/v1.0${step.path}`, step.body);
    settle(write, step, status, text);
  }

  async function writeBatch(sending: Sending, app: string): Promise<void> {
    const steps = random
      .some(userIds, random.between(2, 20))
      .map((userId) => nextStep(random, parts, userId, app));
    const requests = steps.map(({ path, body }, index) => ({
      id: String(index),
      method: 'POST',
      url: path,
      headers: { 'Content-Type': 'application/json' },
      body,
    }));
    const writes = steps.map(({ name, value }) => history.begin(name, value, Date.now()));
    const { status, text } = await send(sending, 'POST', '/v1.0/$batch', { requests });
    if (status !== 200) throw new Violation(`$batch: ${status} ${text}`);
    const { responses } = JSON.parse(text) as { responses: { id: string; status: number }[] };
    for (const { id, status: each } of responses) {
      const [step, write] = [steps[Number(id)], writes[Number(id)]];
      if (step === undefined || write === undefined) throw new Violation(`$batch: ${text}`);
      settle(write, step, each, text);
    }
    if (responses.length !== steps.length) throw new Violation(`$batch: ${text}`);
  }

  async function readOne(sending: Sending): Promise<void> {
    const userId = random.pick(userIds);
    const atLeast = numbers.greatest(userId);
    const answer = await send(sending, 'GET', `/v1.0/users/${userId}/presence`);
    reads++;
    if (answer.status === 404 && atLeast === 0) return;
    const { number, shown } = presenceOf(answer);
    if (number > 0) numbers.saw(userId, number, shown, atLeast);
  }

  async function goOn(work: (sending: Sending, app: string) => Promise<void>): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const app = random.pick(apps);
    const sending = { agent, origin, token: tokens.get(app) ?? '' };
    try {
      for (;;) await work(sending, app);
    } catch (error) {
      if (error instanceof Violation || !endExpected) throw error;
    } finally {
      agent.destroy();
    }
  }

  const work = [
    ...Array.from(
      { length: WRITERS },
      () => (sending: Sending, app: string) =>
        random.chance(0.4) ? writeBatch(sending, app) : writeOne(sending, app),
    ),
    ...Array.from({ length: READERS }, () => readOne),
  ];
  return {
    begun,
    ended: Promise.all(work.map(goOn)).then(() => ({ acknowledged, reads })),
    expectEnd() {
      endExpected = true;
    },
  };
}

function nextStep(
  random: Random,
  { nextValue }: Pick<LoadParts, 'nextValue'>,
  userId: string,
  app: string,
): Step {
  const path = `/users/${userId}/presence`;
  const clears = random.chance(0.2);
  const kind = random.pick(['session', 'session', 'preferred', 'status message'] as const);
  const value = nextValue();
  switch (kind) {
    case 'session': {
      const name: FactName = { userId, fact: { app } };
      if (clears) {
        const body = { sessionId: app };
        return { name, value: { kind: 'nothing' }, path: `${path}/clearPresence`, body };
      }
      // Whole seconds up to four hours; the instant of the set tells apart what has the same.
      const lifetimeMs = LEAST_LIFETIME_MS + (value % (3 * 3600)) * 1000;
      const pair = random.pick(SESSION_PAIRS);
      const body = { sessionId: app, ...pair, expirationDuration: `PT${lifetimeMs / 1000}S` };
      return { name, value: { kind, pair, lifetimeMs }, path: `${path}/setPresence`, body };
    }
    case 'preferred': {
      const name: FactName = { userId, fact: 'preferred' };
      if (clears) {
        const value: Value = { kind: 'nothing' };
        return { name, value, path: `${path}/clearUserPreferredPresence`, body: {} };
      }
      const lifetimeMs = LEAST_LIFETIME_MS + (value % 40_000) * MINUTE_MS;
      const pair = random.pick(PREFERRED_PAIRS);
      const body = { ...pair, expirationDuration: `PT${lifetimeMs / MINUTE_MS}M` };
      return {
        name,
        value: { kind, pair, lifetimeMs },
        path: `${path}/setUserPreferredPresence`,
        body,
      };
    }
    case 'status message': {
      const name: FactName = { userId, fact: 'status message' };
      // The expiry follows from the number in the text: a torn message would show.
      const content = clears ? '' : `message ${value}`;
      const expiresAtMs = STATUS_EPOCH_MS + value * 1000;
      const body = {
        statusMessage: {
          message: { content, contentType: 'text' },
          expiryDateTime: { dateTime: wallClock(expiresAtMs), timeZone: 'UTC' },
        },
      };
      return {
        name,
        value: clears ? { kind: 'nothing' } : { kind, content, expiresAtMs },
        path: `${path}/setStatusMessage`,
        body,
      };
    }
  }
}

interface PresenceJson {
  readonly id: string;
  readonly availability: string;
  readonly activity: string;
  readonly sequenceNumber: string | null;
  readonly statusMessage: { readonly message: { readonly content: string } } | null;
}

function presenceOf({ status, text }: Answer) {
  if (status !== 200) throw new Violation(`GET presence: ${status} ${text}`);
  return shownBy(JSON.parse(text) as PresenceJson);
}

/** What a presence on the wire shows, in the words of `content`. */
export function shownBy({ availability, activity, sequenceNumber, statusMessage }: PresenceJson) {
  return {
    number: Number(sequenceNumber?.slice(1) ?? 0),
    shown: `${availability}/${activity} ${JSON.stringify(statusMessage?.message.content ?? null)}`,
  };
}

/** What the server shows of many users at once. */
export async function readAll(
  sending: Sending,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly number: number; readonly shown: string }>> {
  const path = '/v1.0/communications/getPresencesByUserId';
  const { status, text } = await send(sending, 'POST', path, { ids: userIds });
  if (status !== 200) throw new Violation(`${path}: ${status} ${text}`);
  const { value } = JSON.parse(text) as { value: PresenceJson[] };
  return new Map(value.map((each) => [each.id, shownBy(each)]));
}
