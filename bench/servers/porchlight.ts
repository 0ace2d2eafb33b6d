import type { JWK } from 'jose';
import pino from 'pino';
import { clockAhead, systemClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { UsedAdditions } from '../../src/graph/additions.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { createEncryptor } from '../../src/notifications/encryption.ts';
import { createOutbound } from '../../src/outbound/open.ts';
import { openServer } from '../../src/server.ts';
import { endOfFeeds, placeText } from '../../src/store/place.ts';
import type { CreationRequest } from '../../src/subscriptions/rules/creation.ts';
import { answer, givenArgument } from '../child.ts';
import { trustedIssuer } from '../identity.ts';
import { sharedMs } from '../one-clock.ts';
import { APP } from '../users.ts';
import { type ChangesOptions, changeAll } from './changes.ts';
import { countedStore } from './counted-store.ts';
import { loopDelay } from './loop-delay.ts';
import { openStore } from './open-store.ts';
import { watchedStore } from './watched-store.ts';

/** What the program is started with. */
export interface PorchlightOptions {
  /** A folder, or the address of a Redis. */
  readonly store: string;
  /** How many records are kept decoded; as many as the store does by itself without it. */
  readonly cachedRecords?: number;
  readonly publicKey: JWK;
  /** `graph` by default. */
  readonly profile?: Profile;
  /** Whether resource data is encrypted in threads of its own; it is by default. */
  readonly encryptsInWorkers?: boolean;
  /** How far its clock is ahead of the machine's; 0 by default. */
  readonly aheadMs?: number;
}

/** A subscription of the bench's application. */
export interface Subscribing {
  readonly tenantId: string;
  readonly request: Omit<CreationRequest, 'changeType' | 'expirationDateTime'>;
}

const HOUR_MS = 3_600_000;

const openedAtMs = performance.now();
const {
  store: place,
  cachedRecords,
  publicKey,
  profile = 'graph',
  encryptsInWorkers = true,
  aheadMs = 0,
} = givenArgument<PorchlightOptions>();
const worker = new URL('../../src/notifications/encryption-worker.js', import.meta.url);
let clockAheadMs = aheadMs;
const clock = clockAhead(systemClock, () => clockAheadMs);
const watched = watchedStore(
  await openStore(place, cachedRecords === undefined ? {} : { cachedRecords }),
);
const counted = countedStore(watched.store);
const { store } = counted;
const server = await openServer(
  {
    profile,
    listeners: [{ host: '127.0.0.1', port: 0 }],
    trustProxy: false,
    feedRetentionMs: 7 * 24 * HOUR_MS,
  },
  {
    store,
    clock,
    issuers: [trustedIssuer(publicKey)],
    directory: createDirectory('open', new Map()),
    log: pino({ level: 'error' }),
    outbound: createOutbound({ allow: [], allowHttpToLoopback: true }),
    encryptor: createEncryptor(encryptsInWorkers ? { worker, onError: giveUp } : {}),
    validationTokens: () => ({ tokenFor: async () => 'signed elsewhere' }),
  },
);
const openMs = performance.now() - openedAtMs;

/** Without its worker the server would work on, and the figures would be those of another one. */
function giveUp(error: Error): void {
  throw error;
}

async function subscribe({ tenantId, request }: Subscribing): Promise<void> {
  const nowMs = clock.nowMs();
  const permissions = new Set(['Presence.Read.All']);
  await server.subscriptions.create(
    { tenantId, appId: APP, userId: null, permissions, expiresMs: nowMs + 6 * HOUR_MS },
    {
      ...request,
      changeType: 'updated',
      expirationDateTime: new Date(nowMs + HOUR_MS).toISOString(),
    },
    new UsedAdditions({ profile, isStrict: false }),
  );
}

answer(
  {
    origin: () => server.origins[0],
    /** How long the store and the server took to open, without starting Node and loading code. */
    openMs: () => openMs,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    /** How long the main thread has been busy: of what happens there, requests have to wait for it. */
    busyMs: () => performance.eventLoopUtilization().active,
    memory: () => {
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heapUsed, external, rss };
    },
    subscribe,
    /** Changes in this process, without HTTP. */
    change: (options: ChangesOptions) => changeAll(server.presence, options),
    feedBounds: () => store.feedBounds(0),
    documentEdits: () => counted.documentEdits,
    stepClock(byMs: number) {
      clockAheadMs += byMs;
    },
    /** When its clock shows an instant, by the clock that all processes share. */
    sharedAt: (instantMs: number) => sharedMs() + instantMs - clock.nowMs(),
    /** Where a stream begins that is to be told of all changes from now on. */
    place: async () => placeText(await endOfFeeds(store)),
    watch: watched.watch,
    committed: watched.committed,
    loopDelay: loopDelay(),
  },
  () => server.close(),
);
