import { once } from 'node:events';
import { Agent, type ClientRequest, request as startRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { answer } from '../child.ts';
import { sharedMs } from '../one-clock.ts';
import { bulkRead, reads } from './requests.ts';

export interface SteadyReadsOptions {
  readonly origin: string;
  readonly token: string;
  /** Read in turn, one by one. */
  readonly users: readonly string[];
  readonly perSecond: number;
  /** How many more are each read by a client that connects for it. */
  readonly newcomersPerSecond: number;
  /** Read in turn, each of them in one call. */
  readonly lists: readonly (readonly string[])[];
  readonly listsPerSecond: number;
}

/** One read. */
export interface SteadyRead {
  readonly of: 'user' | 'newcomer' | 'list';
  /** When its time had come, by the shared clock, whether or not it could be sent then. */
  readonly dueMs: number;
  /** How late it was sent: so much of what it took is the load's own. */
  readonly lateMs: number;
  /** From then to the end of the answer. */
  readonly tookMs: number;
}

/** Kept open, as by a proxy. Reads that find none free wait, and that counts. */
const CONNECTIONS = 100;

type Request = ReturnType<typeof bulkRead>;

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
let goesOn = false;
let sending: Promise<Promise<SteadyRead>[]>[] = [];

async function steadily(
  of: SteadyRead['of'],
  requests: readonly Request[],
  perSecond: number,
  origin: string,
): Promise<Promise<SteadyRead>[]> {
  const beginMs = sharedMs();
  const all: Promise<SteadyRead>[] = [];
  while (goesOn) {
    const dueMs = beginMs + (all.length * 1000) / perSecond;
    while (sharedMs() < dueMs) await delay(dueMs - sharedMs());
    const next = requests[all.length % requests.length];
    if (next !== undefined) all.push(read(of, dueMs, origin, next));
  }
  return all;
}

async function read(
  of: SteadyRead['of'],
  dueMs: number,
  origin: string,
  { method, path, headers, body }: Request,
): Promise<SteadyRead> {
  const lateMs = sharedMs() - dueMs;
  const connection = of === 'newcomer' ? { agent: false } : { agent };
  const send = () => startRequest(`${origin}${path}`, { method, headers, ...connection }).end(body);
  const response = await answered(send(), send);
  response.resume();
  await once(response, 'end');
  if (response.statusCode !== 200) throw new Error(`${path} was answered ${response.statusCode}`);
  return { of, dueMs, lateMs, tookMs: sharedMs() - dueMs };
}

/** Opens all the connections that are to be kept. */
async function connect(origin: string, request: Request): Promise<void> {
  const opening = Array.from({ length: CONNECTIONS }, () =>
    read('user', sharedMs(), origin, request),
  );
  await Promise.all(opening);
}

/** The server may hang up on an idle connection just when it is used again. */
async function answered(request: ClientRequest, again: () => ClientRequest) {
  try {
    const [response] = await once(request, 'response');
    return response;
  } catch (error) {
    if (!request.reusedSocket) throw error;
    const [response] = await once(again(), 'response');
    return response;
  }
}

answer({
  /** Begins to read, and goes on until it is told to end. */
  async begin(options: SteadyReadsOptions) {
    const { origin, token, perSecond, newcomersPerSecond, listsPerSecond } = options;
    const single = reads(options.users, token);
    const bulk = options.lists.map((list) => bulkRead(list, token));
    for (const request of single.slice(0, 1)) await connect(origin, request);
    goesOn = true;
    sending = [
      steadily('user', single, perSecond, origin),
      steadily('newcomer', single.toReversed(), newcomersPerSecond, origin),
      steadily('list', bulk, listsPerSecond, origin),
    ];
  },

  /** Ends, and tells of all reads. */
  async end(): Promise<readonly SteadyRead[]> {
    goesOn = false;
    const sent = (await Promise.all(sending)).flat();
    return Promise.all(sent);
  },
});
