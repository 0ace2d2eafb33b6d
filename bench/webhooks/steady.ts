import { once } from 'node:events';
import { Agent, request as startRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answer } from '../child.ts';
import { headers } from '../load/requests.ts';
import { sharedMs } from '../one-clock.ts';
import { APP } from '../users.ts';

export interface SteadyOptions {
  readonly origin: string;
  readonly token: string;
  readonly users: readonly string[];
  readonly perSecond: number;
  readonly durationMs: number;
}

/** One change, by instants of the shared clock. */
export interface SentChange {
  /** When its time had come, whether or not earlier requests were answered by then. */
  readonly sentMs: number;
  readonly answeredMs: number;
}

/** By user, in their order. */
export type SentChanges = readonly (readonly [string, readonly SentChange[]])[];

/** By server and user. A connection for each: one user's changes stay in their order. */
const agents = new Map<string, Agent>();
/** Who is in a conference now, or else in a call. */
const inConference = new Set<string>();

/** Changes users in turn, so many each second. */
async function changeSteadily(options: SteadyOptions): Promise<SentChanges> {
  const { users, perSecond, durationMs } = options;
  const beginMs = sharedMs();
  const total = Math.floor((perSecond * durationMs) / 1000);
  const sent = users.map((user): [string, Promise<SentChange>[]] => [user, []]);
  for (let index = 0; index < total; index++) {
    const atMs = beginMs + (index * 1000) / perSecond;
    while (sharedMs() < atMs) await delay(atMs - sharedMs());
    const [user, changes] = sent[index % users.length] ?? ['', []];
    changes.push(change(user, options));
  }
  return Promise.all(
    sent.map(async ([user, changes]) => [user, await Promise.all(changes)] as const),
  );
}

async function change(user: string, { origin, token }: SteadyOptions): Promise<SentChange> {
  const key = `${origin} ${user}`;
  const agent = agents.get(key) ?? new Agent({ keepAlive: true, maxSockets: 1 });
  agents.set(key, agent);
  if (!inConference.delete(key)) inConference.add(key);
  const activity = inConference.has(key) ? 'InAConferenceCall' : 'InACall';
  const sentMs = sharedMs();
  const request = startRequest(`${origin}/v1.0/users/${user}/presence/setPresence`, {
    method: 'POST',
    headers: headers(token),
    agent,
  });
  request.end(
    JSON.stringify({
      sessionId: APP,
      availability: 'Busy',
      activity,
      expirationDuration: 'PT1H',
    }),
  );
  const [response] = await once(request, 'response');
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`a change was answered ${response.statusCode}`);
  return { sentMs, answeredMs: sharedMs() };
}

answer({ change: changeSteadily });
