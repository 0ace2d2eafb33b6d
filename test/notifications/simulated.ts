import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import { ManualClock } from '../../src/clock.ts';
import { AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB } from '../../src/engine/pair.ts';
import { type DeliveryTerms, GRAPH_TERMS } from '../../src/notifications/terms.ts';
import type { OutboundRequest } from '../../src/outbound/outbound.ts';
import { createMemory } from '../../src/store/memory.ts';
import { createLeaseTable } from '../../src/store/memory-leases.ts';
import type { Lease } from '../../src/store/store.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import type { LifecycleEvent, Subscription } from '../../src/subscriptions/subscription.ts';
import type { Arrival, Committed } from '../delivery/check.ts';
import { guid, START_MS, setPresence, tell, user } from '../store/commands.ts';
import {
  type Reaction,
  type SimulatedServer,
  SUBSCRIPTIONS,
  startServer,
} from './simulated-server.ts';

export { START_MS };
export const TENANT = user(0).tenantId;
export const PAIRS = [AVAILABLE, AWAY, BUSY, DO_NOT_DISTURB];

const { certificate } = makeEncryptionCertificate(START_MS);

/** A subscription to these users, good for a day. */
export function subscriptionTo(
  number: number,
  users: readonly number[] | 'tenant',
  given: Partial<Subscription> = {},
): Subscription {
  return {
    id: guid(0x5000 + number),
    tenantId: TENANT,
    appId: guid(0xa),
    userId: null,
    resource: 'communications/presences',
    scope: users === 'tenant' ? 'tenant' : users.map((each) => user(each).userId),
    properties: ['id', 'availability', 'activity', 'sequenceNumber'],
    delivery: 'latest',
    clientState: `state ${number}`,
    notificationUrl: `https://receiver.example/${number}`,
    lifecycleNotificationUrl: `https://receiver.example/${number}/lifecycle`,
    createdMs: START_MS,
    renewedMs: START_MS,
    expiresMs: START_MS + 7 * 86_400_000,
    authorizedMs: START_MS,
    authorizedUntilMs: START_MS + 7 * 86_400_000,
    reauthorizationAskedForMs: 0,
    includeResourceData: true,
    encryptionCertificate: certificate,
    encryptionCertificateId: 'the only one',
    latestSupportedTlsVersion: 'v1_2',
    notificationQueryOptions: null,
    notificationUrlAppId: null,
    begins: '',
    ...given,
  };
}

export type Receiver = (request: OutboundRequest) => Reaction;

/** Who holds which partition: the store's view of it. */
function handedOutLeases() {
  const fences = new Map<number, number>();
  const held = new Map<number, Lease>();
  return {
    isHeld: (lease: Lease) => held.get(lease.partition)?.fence === lease.fence,
    take(partition: number): Lease {
      const fence = (fences.get(partition) ?? 0) + 1;
      fences.set(partition, fence);
      const lease = { partition, fence };
      held.set(partition, lease);
      return lease;
    },
    release: (partition: number) => held.delete(partition),
  };
}

export interface SimulationOptions {
  readonly partitions?: number;
  readonly servers?: number;
}

/**
 * Servers with their notifiers over the reference store, a clock that is moved, and receivers that are
 * functions. Server 0 begins with all partitions.
 */
export async function simulate(
  receiver: Receiver,
  given: Partial<DeliveryTerms> = {},
  { partitions = 1, servers: count = 1 }: SimulationOptions = {},
) {
  const clock = new ManualClock(START_MS);
  const table = handedOutLeases();
  // Nobody asks for leases: the simulation hands them out.
  const { join } = createLeaseTable({ leaseMs: Number.POSITIVE_INFINITY, nowMs: () => 0 });
  const memory = createMemory({ partitions, leases: { join, isHeld: table.isHeld } });
  const store = memory.open();
  const all = Array.from({ length: partitions }, (_, at) => at);
  /** The subscriptions that there are, whoever knows of them. */
  const registry = createRegistry();
  const arrivals = new Map<string, Arrival[]>();
  const committed = new Map<string, Committed[]>();
  const requests: OutboundRequest[] = [];
  let react = receiver;
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const servers: SimulatedServer[] = [];

  function start(): Promise<SimulatedServer> {
    const terms = { ...GRAPH_TERMS, ...given };
    return startServer({ store: memory.open(), clock, terms, random, post });
  }

  function post(request: OutboundRequest): Reaction {
    requests.push(request);
    const reaction = react(request);
    if ('status' in reaction ? reaction.status < 300 : reaction.taken) take(request);
    return reaction;
  }

  function take({ body, url }: OutboundRequest): void {
    const { value } = JSON.parse(String(body)) as { value: Record<string, unknown>[] };
    for (const item of value) {
      const id = String(item.subscriptionId);
      const of = arrivals.get(id) ?? [];
      arrivals.set(id, of);
      if (url.endsWith('/lifecycle')) {
        of.push({ kind: 'missed', committed: committed.get(id)?.length ?? 0 });
        continue;
      }
      const content = item.encryptedContent as Record<string, string>;
      of.push({
        kind: 'change',
        id: item.id as string,
        userId: content.id ?? '',
        number: Number(content.sequenceNumber?.slice(1)),
        pair: `${content.availability}/${content.activity}`,
      });
    }
  }

  const holderOf = (partition: number) =>
    servers.find(({ isAlive, leases }) => {
      const lease = leases.get(partition);
      return isAlive && lease !== undefined && table.isHeld(lease);
    });
  const awake = () => servers.filter(({ isAlive, isStalled }) => isAlive && !isStalled);
  const serverAt = (at: number): SimulatedServer => {
    const server = servers[at];
    if (server === undefined) throw new Error(`there is no server ${at}`);
    return server;
  };

  /** A server takes what nobody has. */
  async function takeFree(at: number): Promise<void> {
    for (const partition of all) {
      if (holderOf(partition) === undefined) await serverAt(at).take(table.take(partition));
    }
  }

  async function settled(): Promise<void> {
    // What one of them has written may be for another to send.
    for (let round = 0; round < (count > 1 ? 2 : 1); round++) {
      await Promise.all(awake().map((server) => server.settled()));
    }
  }

  const begins = new Map<string, string>();
  const edit = (id: string, subscription?: Subscription) => ({
    collection: SUBSCRIPTIONS,
    id,
    text: subscription && JSON.stringify({ ...subscription, begins: begins.get(id) }),
  });
  for (let at = 0; at < count; at++) servers.push(await start());
  await takeFree(0);

  const known = () => Promise.all(awake().map((server) => server.settled()));

  return {
    clock,
    store,
    requests,
    servers,
    settled,
    holderOf,
    takeFree,
    get notifier() {
      return serverAt(0).notifier;
    },
    arrivals: (subscription: Subscription) => arrivals.get(subscription.id) ?? [],
    committed: (subscription: Subscription) => committed.get(subscription.id) ?? [],
    react(next: Receiver) {
      react = next;
    },

    /**
     * Makes a subscription by a server.
     * @param meanwhile happens after its place was taken, and before it is kept
     */
    async subscribe(
      subscription: Subscription,
      at = 0,
      meanwhile: () => Promise<void> = async () => {},
    ): Promise<void> {
      begins.set(subscription.id, await serverAt(at).notifier.place());
      registry.put(subscription);
      committed.set(subscription.id, []);
      await meanwhile();
      await store.documents.write([edit(subscription.id, subscription)]);
      await known();
    },

    async change(subscription: Subscription): Promise<void> {
      registry.put(subscription);
      await store.documents.write([edit(subscription.id, subscription)]);
      await known();
    },

    async announce(subscription: Subscription, event: LifecycleEvent): Promise<void> {
      await store.documents.write(serverAt(0).notifier.announce(subscription, event));
    },

    async end(subscription: Subscription): Promise<void> {
      registry.remove(subscription.id);
      await store.documents.write([edit(subscription.id)]);
      await known();
    },

    /** One user's presence, set for a week so that nothing changes by itself. */
    async set(number: number, pair = PAIRS[0]): Promise<void> {
      const who = user(number);
      const { changes } = await tell(store, who, clock.nowMs(), setPresence(pair, 7 * 86_400_000));
      for (const { number: sequence, before, after } of changes) {
        if (before.availability === after.availability && before.activity === after.activity)
          continue;
        for (const { id } of registry.matching(who.tenantId, who.userId)) {
          const pairName = `${after.availability}/${after.activity}`;
          committed.get(id)?.push({ userId: who.userId, number: sequence, pair: pairName });
        }
      }
    },

    /** Moves the clock, letting everything happen that is due on the way. */
    async pass(ms: number, steps = 1): Promise<void> {
      for (let step = 0; step < steps; step++) {
        clock.advance(ms / steps);
        await settled();
      }
    },

    /** Ends a server in order; nobody has its partitions then. */
    async stop(at = 0): Promise<void> {
      const server = serverAt(at);
      const held = [...server.leases.keys()];
      await server.stop();
      for (const partition of held) table.release(partition);
    },

    /** Ends a server where it stands. */
    kill(at = 0): void {
      serverAt(at).kill();
    },

    /** A new server in the place of one that ended; it takes what nobody has. */
    async start(at = 0): Promise<void> {
      servers[at] = await start();
      await takeFree(at);
    },

    /** Hands a partition over in order. */
    async move(partition: number, to: number): Promise<void> {
      const from = holderOf(partition);
      if (from === serverAt(to)) return;
      await from?.leave(partition);
      await serverAt(to).take(table.take(partition));
    },

    /** Another server has the partition of one that can't say anything at the moment. */
    async seize(partition: number, to: number): Promise<void> {
      await serverAt(to).take(table.take(partition));
    },
  };
}
