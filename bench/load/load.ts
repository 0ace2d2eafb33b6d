import { once } from 'node:events';
import { Agent, request as startRequest } from 'node:http';
import autocannon, { type Request } from 'autocannon';
import { answer } from '../child.ts';
import type { Burst, BurstOptions, Target } from './generator.ts';

let requests: readonly Request[] = [];

/** Every connection has a share of the requests, so that they don't all ask for the same at once. */
function share(connection: number, connections: number): readonly Request[] {
  const own = requests.filter((_, index) => index % connections === connection % requests.length);
  return own.length === 0 ? requests : own;
}

async function burst({ origin, connections, durationMs }: BurstOptions): Promise<Burst> {
  let connection = 0;
  const result = await autocannon({
    url: origin,
    connections,
    duration: durationMs / 1000,
    sampleInt: Math.min(1000, durationMs),
    pipelining: 1,
    requests: requests.slice(0, 1),
    setupClient: (client) => client.setRequests(share(connection++, connections)),
  });
  return {
    answered: result['2xx'],
    failed: result.non2xx + result.errors,
    durationMs: result.duration * 1000,
    p99Ms: result.latency.p99,
  };
}

/** Sends every request once. */
async function each({ origin, connections }: Target): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const waiting = requests.values();
  const work = async () => {
    for (const next of waiting) await send(origin, next, agent);
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
}

async function send(origin: string, { method, path, headers, body }: Request, agent: Agent) {
  const request = startRequest(`${origin}${path}`, { method, headers, agent });
  const answered = once(request, 'response');
  request.end(body);
  const [response] = await answered;
  response.resume();
  await once(response, 'end');
  const { statusCode } = response;
  if (statusCode !== 200) throw new Error(`${method} ${path} was answered ${statusCode}`);
}

answer({
  prepare(given: readonly Request[]) {
    requests = given;
  },
  burst,
  each,
  cpuMs() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
});
