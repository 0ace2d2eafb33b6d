import { Agent } from 'node:http';
import { setTimeout as after } from 'node:timers/promises';
import { AVAILABLE, AWAY, BUSY, IN_A_CALL, PRESENTING } from '../../src/engine/pair.ts';
import { type Answer, send } from '../crash/http.ts';
import type { Random } from '../crash/random.ts';

const SESSION_PAIRS = [AVAILABLE, AVAILABLE, IN_A_CALL, AWAY, PRESENTING];
const PREFERRED_PAIRS = [AVAILABLE, BUSY, AWAY];
/** Short, as time is set forward by minutes: much of what is set ends by itself. */
const LIFETIME_MINUTES = { least: 5, most: 30 };

/** Writes one after another, and the pause after them. */
const AT_ONCE = { least: 2, most: 12 };
const PAUSE_MS = { least: 2, most: 25 };

export interface Load {
  /** Resolves with how many writes were answered when the server is gone; rejects with a wrong answer. */
  readonly ended: Promise<number>;
  /** From now on a broken connection is what is expected. */
  expectEnd(): void;
}

export interface LoadParts {
  readonly origin: string;
  /** By application, each of which writes by itself. */
  readonly tokens: ReadonlyMap<string, string>;
  readonly userIds: readonly string[];
  readonly random: Random;
}

/** Applications that write users' presence until the server is gone. */
export function startLoad({ origin, tokens, userIds, random }: LoadParts): Load {
  let endExpected = false;

  async function goOn(app: string, token: string): Promise<number> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const post: Post = async (path, body) =>
      mustBeRight(path, await send({ agent, origin, token }, 'POST', path, body));
    let answered = 0;
    try {
      for (;;) {
        for (let left = random.between(AT_ONCE.least, AT_ONCE.most); left > 0; left--) {
          await writeOnce(post, random, random.pick(userIds), app);
          answered++;
        }
        await after(random.between(PAUSE_MS.least, PAUSE_MS.most));
      }
    } catch (error) {
      if (error instanceof WrongAnswer || !endExpected) throw error;
    } finally {
      agent.destroy();
    }
    return answered;
  }

  const writers = Array.from(tokens, ([app, token]) => goOn(app, token));
  return {
    ended: Promise.all(writers).then((counts) => counts.reduce((sum, each) => sum + each, 0)),
    expectEnd() {
      endExpected = true;
    },
  };
}

/** Says one more thing of every user, so that what is shown last was said by a server that lived on. */
export async function lastWords({ origin, tokens, userIds, random }: LoadParts): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [[app, token] = ['', '']] = tokens;
  const post: Post = async (path, body) =>
    mustBeRight(path, await send({ agent, origin, token }, 'POST', path, body));
  try {
    for (const userId of userIds) await setSession(post, random, userId, app);
  } finally {
    agent.destroy();
  }
  return userIds.length;
}

class WrongAnswer extends Error {}

/** Sends a write; rejects when it wasn't answered as it should be. */
export type Post = (path: string, body: unknown) => Promise<void>;

/** Says one thing of a user. */
export async function writeOnce(
  post: Post,
  random: Random,
  userId: string,
  app: string,
): Promise<void> {
  const what = random.pick(['session', 'session', 'session', 'clear', 'preferred', 'status']);
  const path = `/v1.0/users/${userId}/presence`;
  if (what === 'session') return setSession(post, random, userId, app);
  if (what === 'clear') return post(`${path}/clearPresence`, { sessionId: app });
  if (what === 'preferred') {
    if (random.chance(0.5)) return post(`${path}/clearUserPreferredPresence`, {});
    const body = { ...random.pick(PREFERRED_PAIRS), expirationDuration: lifetime(random) };
    return post(`${path}/setUserPreferredPresence`, body);
  }
  // Nobody subscribes to these: changes of the feed that no notification may come of.
  const content = random.chance(0.5) ? '' : `message ${random.next()}`;
  const statusMessage = { message: { content, contentType: 'text' } };
  return post(`${path}/setStatusMessage`, { statusMessage });
}

/** Sets one session of a user. */
export function setSession(post: Post, random: Random, userId: string, app: string): Promise<void> {
  const body = {
    sessionId: app,
    ...random.pick(SESSION_PAIRS),
    expirationDuration: lifetime(random),
  };
  return post(`/v1.0/users/${userId}/presence/setPresence`, body);
}

function lifetime(random: Random): string {
  return `PT${random.between(LIFETIME_MINUTES.least, LIFETIME_MINUTES.most)}M`;
}

export function mustBeRight(path: string, { status, text }: Answer): void {
  // 404 says that there was no session to clear.
  if (status === 200 || (status === 404 && path.endsWith('/clearPresence'))) return;
  throw new WrongAnswer(`${path}: ${status} ${text}`);
}
