import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answer, givenArgument } from '../child.ts';
import { sharedMs } from '../one-clock.ts';

/** What the program is started with. */
export interface ReceiverOptions {
  /** Each on a port of its own, as receivers have hosts of their own. */
  readonly endpoints: number;
}

/** How an endpoint can be dead: nobody listens, or nobody answers. */
export type Death = 'refuses' | 'hangs';

/** What came in since the last reset. */
export interface Received {
  readonly posts: number;
  readonly items: number;
  /** Items with resource data. */
  readonly encrypted: number;
  /** Distinct users, summed up over the endpoints. */
  readonly users: number;
  /** When the first and the last item came: instants of the shared clock. */
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Item {
  readonly resourceData: { readonly id: string };
  readonly encryptedContent?: unknown;
}

/** Instants at which something came for each user. */
type Arrivals = Map<string, number[]>;

const { endpoints: count } = givenArgument<ReceiverOptions>();
const endpoints = await Promise.all(Array.from({ length: count }, open));
let received: Omit<Received, 'users'>;
let awaited: { readonly items: number; resolve(): void } | undefined;
reset();

interface Endpoint {
  readonly server: Server;
  readonly url: string;
  arrivals: Arrivals;
  hangs: boolean;
}

async function open(): Promise<Endpoint> {
  const server = createServer((request, response) => void take(endpoint, request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/notifications`;
  const endpoint: Endpoint = { server, url, arrivals: new Map(), hangs: false };
  return endpoint;
}

async function take(endpoint: Endpoint, request: IncomingMessage, response: ServerResponse) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  if (endpoint.hangs) return;
  const token = new URL(request.url ?? '', endpoint.url).searchParams.get('validationToken');
  if (token !== null) {
    response.setHeader('content-type', 'text/plain').end(token);
    return;
  }
  const { value } = JSON.parse(Buffer.concat(chunks).toString()) as { value: readonly Item[] };
  const nowMs = sharedMs();
  let { encrypted } = received;
  for (const { resourceData, encryptedContent } of value) {
    const known = endpoint.arrivals.get(resourceData.id);
    if (known === undefined) endpoint.arrivals.set(resourceData.id, [nowMs]);
    else known.push(nowMs);
    if (encryptedContent !== undefined) encrypted++;
  }
  const { posts, items } = received;
  const firstMs = posts === 0 ? nowMs : received.firstMs;
  const lastMs = nowMs;
  received = { posts: posts + 1, items: items + value.length, encrypted, firstMs, lastMs };
  response.writeHead(202).end();
  if (awaited !== undefined && received.items >= awaited.items) awaited.resolve();
}

function reset(): void {
  received = { posts: 0, items: 0, encrypted: 0, firstMs: 0, lastMs: 0 };
  for (const endpoint of endpoints) endpoint.arrivals = new Map();
}

function summary(): Received {
  const users = endpoints.reduce((sum, { arrivals }) => sum + arrivals.size, 0);
  return { ...received, users };
}

answer({
  urls: () => endpoints.map(({ url }) => url),
  reset,
  received: summary,
  /** Answers once there are so many items. */
  async until(items: number) {
    if (received.items < items) {
      await new Promise<void>((resolve) => {
        awaited = { items, resolve };
      });
    }
    return summary();
  },
  /** Instants by user, of one endpoint. */
  arrivals: (index: number) => [...(endpoints[index]?.arrivals ?? [])],
  async die({ index, how }: { readonly index: number; readonly how: Death }) {
    const endpoint = endpoints[index];
    if (endpoint === undefined) throw new Error('there is no such endpoint');
    endpoint.hangs = how === 'hangs';
    if (how === 'hangs') return;
    endpoint.server.close();
    endpoint.server.closeAllConnections();
  },
});
