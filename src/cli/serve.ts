import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pino, { type Logger } from 'pino';
import { issuerAt } from '../auth/discovery.ts';
import { oidcIssuer } from '../auth/oidc-issuer.ts';
import { createPublisher } from '../auth/publisher/publisher.ts';
import { publisherRoutes } from '../auth/publisher/routes.ts';
import { type Clock, clockAhead, steadyClock, systemClock } from '../clock.ts';
import { historyRetention } from '../config/history.ts';
import { readConfig } from '../config/read.ts';
import type { Config } from '../config/schema.ts';
import type { ServedDirectory } from '../directory/directory.ts';
import { openDirectory } from '../directory/open.ts';
import { parseDuration } from '../graph/duration.ts';
import { throttlingFor } from '../graph/throttling.ts';
import { createEncryptor } from '../notifications/encryption.ts';
import { createOutbound } from '../outbound/open.ts';
import { createVisibility, type Visibility } from '../presence/visibility.ts';
import type { PresenceStore } from '../store/store.ts';
import { readClock } from '../time/kept-clock.ts';
import { REAL_TIME, VirtualClock } from '../time/virtual-clock.ts';
import { createUsageRecord } from '../usage/record.ts';
import { calendarFolder, openCalendars } from './calendars.ts';
import { type Command, CommandFailed, type Terminal, UsageError } from './command.ts';
import { ENCRYPTION_WORKER } from './encryption-worker.ts';
import { readFlags } from './flags.ts';
import { listenFailure } from './listen-failure.ts';
import { type OpenedStore, openStore } from './open-store.ts';

/** Each has a place in LMDB's table of readers, and memory for a server. */
const MOST_WORKERS = 64;

export const SERVE_USAGE = `porchlight serve --config FILE [--workers 1]

Serves as the configuration says (docs/configuration.md); refuses to start on one that isn't safe.

  --workers  how many processes serve, 1 to 64, one for each core: for an embedded store (1)`;

/** `porchlight serve`. */
export const serve: Command = async (args, terminal) => {
  const flags = readFlags(args, { config: undefined, workers: '1' });
  if (flags.config === undefined) throw new UsageError('serve needs --config FILE');
  const workers = workersFlag(flags.workers);
  const config = await readConfig(flags.config);
  const log = pino({ level: config.log.level });
  const { openServer } = terminal;
  if (workers > 1 && config.virtualClock) {
    throw new CommandFailed(
      'virtualClock: a clock that is moved is for one process, so --workers must be 1',
    );
  }
  if (workers > 1) {
    // Only now: a program of one process has nothing to do with it.
    const { serveTogether } = await import('./workers/serve-together.ts');
    return serveTogether(config, workers, {
      log,
      stopped: () => terminal.stopped,
      serveAlone: (seat) => serveAlone(config, { log, openServer, ...seat }),
    });
  }
  await serveAlone(config, {
    log,
    openServer,
    openStore: () => openStore(config.store, log),
    stopped: terminal.stopped,
    onServing: (addresses) => log.info({ addresses, profile: config.profile }, 'serving'),
    onStopping: () => log.info('stopping'),
  });
};

/** What a server of its own and one of several do in different ways. */
export interface Seat {
  openStore(): Promise<OpenedStore>;
  readonly stopped: Promise<void>;
  onServing(addresses: readonly string[]): void;
  onStopping(): void;
}

/** Serves in this process until it is stopped. */
async function serveAlone(
  config: Config,
  seat: Seat & { readonly log: Logger } & Pick<Terminal, 'openServer'>,
): Promise<void> {
  const { log, openServer } = seat;
  const issuers = config.issuers.map(({ issuer, tenant, audiences, claims }) =>
    oidcIssuer({
      issuer,
      tenantId: tenant.toLowerCase(),
      audiences,
      ...(claims && { claims }),
    }),
  );
  const folder = await calendarFolder(config.calendars.folder, {
    tenants: config.issuers.map(({ tenant }) => tenant),
    tenantFile: config.directory.file,
  });
  const tls = await readTls(config);
  const { store, signingKey } = await seat.openStore();
  // All servers on one store go by one clock, whatever their machines' clocks say.
  const common = clockAhead(systemClock, () => store.aheadMs());
  const clock = config.virtualClock ? await openClock(common, store) : common;
  const tenants = [...new Set(config.issuers.map(({ tenant }) => tenant.toLowerCase()))];
  const directory = await openDirectory({
    ...config.directory,
    tenants,
    documents: store.documents,
    steadyClock,
    log,
  }).catch(async (error) => {
    await store.close();
    throw error;
  });
  let origin = config.publicUrl && new URL(config.publicUrl).origin;
  const { host, port, behindProxy } = config.listen;
  const { requests, within } = config.throttling;
  const throttling = throttlingFor(config.profile, requests, parseDuration(within));
  const server = await openServer(
    {
      profile: config.profile,
      strict: config.strict,
      listeners: [{ host, port, ...(tls && { tls }) }],
      ...(config.publicUrl && { publicOrigin: new URL(config.publicUrl).origin }),
      trustProxy: behindProxy,
      feedRetentionMs: parseDuration(config.feed.retention) ?? 0,
      ...(throttling && { throttling }),
      historyMs: historyRetention(config),
      provisioning: config.directory.scim.map(({ tenant, tokenSha256 }) => ({
        tenantId: tenant.toLowerCase(),
        tokenSha256,
      })),
    },
    {
      store,
      clock,
      tokenClock: common,
      issuers,
      directory,
      visibility: visibilityOf(config, directory),
      log,
      ...(config.report && { usage: createUsageRecord(() => clock.nowMs()) }),
      plugins: [
        publisherRoutes({
          tenants,
          origin: () => origin ?? '',
          key: signingKey,
        }),
      ],
      outbound: createOutbound({ allow: config.webhooks.allow, allowHttpToLoopback: false }),
      calendars: openCalendars({
        folder,
        pollEveryMs: parseDuration(config.calendars.pollEvery) ?? 0,
        outbound: { allow: config.calendars.allow, allowHttpToLoopback: false },
        log,
      }),
      encryptor: createEncryptor({
        worker: ENCRYPTION_WORKER,
        onError: (error) => log.error({ err: error }, 'an encryption worker ended'),
      }),
      validationTokens: (known) =>
        createPublisher({
          key: signingKey,
          issuerOf: (tenantId) => issuerAt(known(), tenantId),
          clock: common,
          randomUUID,
        }),
      async whyNotReady() {
        const states = await Promise.all(issuers.map((issuer) => issuer.ready()));
        return states.find((state) => !state.ready)?.reason;
      },
    },
  ).catch(async (error) => {
    await directory.stop();
    await store.close();
    throw listenFailure(error, 'choose another with listen.port');
  });

  origin ??= server.origins[0];
  seat.onServing(server.origins);
  await seat.stopped;
  seat.onStopping();
  await server.close();
}

/** Where it stood when the server was stopped. */
async function openClock(common: Clock, { documents }: PresenceStore): Promise<VirtualClock> {
  return new VirtualClock(common, (await readClock(documents)) ?? REAL_TIME);
}

function visibilityOf(config: Config, directory: ServedDirectory): Visibility {
  const tenants = config.visibility.map(
    ({ tenant, ...rule }) => [tenant.toLowerCase(), rule] as const,
  );
  return createVisibility(new Map(tenants), (tenantId, userId) => {
    const groups = directory.user(tenantId, userId)?.groups ?? [];
    return directory.groups?.namesAndIds(tenantId, groups) ?? groups;
  });
}

function workersFlag(text: string): number {
  const workers = Number(text);
  if (/^\d{1,2}$/.test(text) && workers >= 1 && workers <= MOST_WORKERS) return workers;
  throw new UsageError(`--workers must be a number from 1 to ${MOST_WORKERS}, not '${text}'`);
}

/** Rejects with `CommandFailed` that names the field, for files that aren't there or don't fit. */
async function readTls({ listen: { tls } }: Config) {
  if (tls === undefined) return undefined;
  const read = (field: 'certFile' | 'keyFile') =>
    readFile(tls[field], 'utf8').catch((cause: Error) => {
      throw new CommandFailed(`listen.tls.${field}: ${cause.message}`, { cause });
    });
  const [cert, key] = await Promise.all([read('certFile'), read('keyFile')]);
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is that of another certificate');
    }
  } catch (cause) {
    throw new CommandFailed(
      `listen.tls: ${tls.certFile} and ${tls.keyFile} are not a certificate and its key: ${(cause as Error).message}`,
      { cause },
    );
  }
  return { cert, key };
}
