import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { createDevIssuer } from '../auth/dev-issuer/dev-issuer.ts';
import { LOOPBACK_PAGE, localSteward } from '../auth/dev-issuer/steward.ts';
import { openSigningKey, type SigningKey } from '../auth/signing-key.ts';
import { steadyClock, systemClock } from '../clock.ts';
import { listedUsers } from '../directory/listed-users.ts';
import { openDirectory } from '../directory/open.ts';
import { createOutbound } from '../outbound/open.ts';
import type { Server, ServerConfig, ServerParts } from '../server.ts';
import type { Trace } from '../time/trace.ts';
import { VirtualClock } from '../time/virtual-clock.ts';
import { clientOptions } from './client-options.ts';
import { ServersFaults } from './faults.ts';
import { https } from './https.ts';
import { Inboxes, outboundTo } from './inboxes.ts';
import { durationOf, instantOf } from './instants.ts';
import { journeyOf } from './journey.ts';
import { tenantFor } from './people.ts';
import type { Porchlight, StartOptions } from './porchlight.ts';
import { testRoutes } from './routes.ts';
import { createSnapshots } from './snapshots.ts';
import { createTestBed } from './test-bed.ts';
import { createTokens, defaultApp, findUser, nobodyCalled } from './tokens.ts';

type OpenServer = (config: ServerConfig, parts: ServerParts) => Promise<Server>;

const FEED_RETENTION_MS = 7 * 86_400_000;

/** Making a key takes longer than all the rest, and tokens of one test do no harm in another. */
let signingKey: Promise<SigningKey> | undefined;

/** As `startPorchlight`, which hands in the server. */
export async function start(options: StartOptions, openServer: OpenServer): Promise<Porchlight> {
  const { now = systemClock.nowMs(), profile = 'graph', seed = 1 } = options;
  const clock = new VirtualClock(systemClock, { kind: 'frozen', atMs: instantOf(now) });
  const tenant = await tenantFor(options);
  const tenants = [tenant];
  signingKey ??= openSigningKey(null);
  const key = await signingKey;
  const issuer = await createDevIssuer({ dataDir: null, key, tenants, clock, randomUUID });
  const tokens = createTokens({ issuer, tenants, clock, base: () => server.origins[0] ?? '' });
  const secure = options.https === true ? await https() : undefined;
  const reach = { allow: [], allowHttpToLoopback: true, ...(secure && { ca: [secure.ca] }) };
  const listed = listedUsers(tenants);
  const inboxes = new Inboxes(clock);
  const faults = new ServersFaults();
  // Faults of the server are for whoever looks into why a test fails; nothing else is said.
  const log = pino({ level: 'error' }, process.stderr);

  const bed = createTestBed({
    clock,
    seed,
    rewindables: [inboxes, faults],
    over: async (store, randomness) => ({
      store,
      clock,
      randomness,
      log,
      ownRoutes,
      issuers: issuer.issuers,
      plugins: [issuer.plugin],
      validationTokens: issuer.publisher,
      steward: localSteward(tenant.id, (page) => LOOPBACK_PAGE.test(page)),
      outbound: outboundTo(inboxes, () => createOutbound(reach)),
      directory: await openDirectory({
        mode: 'open',
        listed,
        tenants: [tenant.id],
        documents: store.documents,
        steadyClock,
        log,
      }),
    }),
  });
  const ownRoutes = testRoutes({
    clock,
    settled: () => server.settled(),
    tokens,
    inboxes,
    snapshots: createSnapshots(bed),
  });
  const listener = { host: '127.0.0.1', port: 0, holdsProcess: false };
  const server = await openServer(
    {
      profile,
      listeners: [listener, ...(secure ? [{ ...listener, tls: secure.tls }] : [])],
      trustProxy: false,
      cors: LOOPBACK_PAGE,
      feedRetentionMs: FEED_RETENTION_MS,
      faults: true,
    },
    await bed.begin(),
  );
  faults.of(server.faults);
  bed.carry(server);
  const { travel } = server;
  if (travel === undefined) throw new Error('the server does not go by the clock it was given');
  const [url = '', secureUrl = url] = server.origins;
  // The name that its certificate is for, and that clients compare.
  const graphUrl = secure ? secureUrl.replace('127.0.0.1', 'localhost') : url;
  let closed: Promise<void> | undefined;

  /** Rejects also for what can't be read as a time. */
  const moved = (move: () => Promise<Trace>) =>
    bed.inTurn(async () => journeyOf(await move(), clock.nowMs()));

  function close(): Promise<void> {
    closed ??= bed.inTurn(async () => {
      await secure?.trust.release();
      await server.close();
    });
    return closed;
  }

  return {
    url,
    graphUrl,
    ca: secure?.ca,
    tenant: {
      id: tenant.id,
      domain: tenant.domain,
      apps: tenant.apps,
      appId: defaultApp(tenant),
    },
    users: tenant.users,
    user(name) {
      const user = findUser(name, tenant);
      if (user === undefined) throw nobodyCalled(name, tenant);
      return user;
    },
    token: async (wish = {}) => (await tokens.issue(wish)).token,

    clientOptions(wish = {}) {
      if (secure === undefined) {
        throw new Error(
          "Microsoft's client sends tokens over HTTPS alone: startPorchlight({ https: true }).",
        );
      }
      const { fetchOptions } = secure.trust;
      return clientOptions({ graphUrl, fetchOptions, clock, token: () => tokens.issue(wish) });
    },

    get now() {
      return new Date(clock.nowMs());
    },
    advance: (by) => moved(() => travel.advance(durationOf(by))),
    setClock: (instant) => moved(() => travel.moveTo(instantOf(instant))),
    settled: () => bed.inTurn(() => server.settled()),
    faults,
    inbox: (name = 'inbox') => inboxes.open(name),
    snapshot: bed.snapshot,
    restore: bed.restore,
    reset: bed.reset,
    close,
    [Symbol.asyncDispose]: close,
  };
}
