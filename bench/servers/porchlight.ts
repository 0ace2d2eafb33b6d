import type { JWK } from 'jose';
import pino from 'pino';
import { systemClock } from '../../src/clock.ts';
import { createOutbound } from '../../src/outbound/open.ts';
import { createDirectory } from '../../src/presence/directory.ts';
import { openServer } from '../../src/server.ts';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { answer, givenArgument } from '../child.ts';
import { trustedIssuer } from '../identity.ts';

/** What the program is started with. */
export interface PorchlightOptions {
  /** The store's folder. */
  readonly path: string;
  readonly publicKey: JWK;
}

const openedAtMs = performance.now();
const { path, publicKey } = givenArgument<PorchlightOptions>();
const server = await openServer(
  {
    profile: 'graph',
    listeners: [{ host: '127.0.0.1', port: 0 }],
    trustProxy: false,
    feedRetentionMs: 7 * 24 * 3_600_000,
  },
  {
    store: await openLmdbStore({ path }),
    clock: systemClock,
    issuers: [trustedIssuer(publicKey)],
    directory: createDirectory('open', new Map()),
    log: pino({ level: 'warn' }),
    outbound: createOutbound({ allow: [], allowHttpToLoopback: true }),
    validationTokens: () => ({ tokenFor: async () => 'signed elsewhere' }),
  },
);
const openMs = performance.now() - openedAtMs;

answer(
  {
    origin: () => server.origins[0],
    /** How long the store and the server took to open, without starting Node and loading code. */
    openMs: () => openMs,
    cpuMs: () => {
      const { user, system } = process.cpuUsage();
      return (user + system) / 1000;
    },
    memory: () => {
      const { heapUsed, external, rss } = process.memoryUsage();
      return { heapUsed, external, rss };
    },
  },
  () => server.close(),
);
