import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { openDevCertificates } from '../auth/dev-certificates/open.ts';
import { trustLines } from '../auth/dev-certificates/trust-lines.ts';
import { createDevIssuer } from '../auth/dev-issuer/dev-issuer.ts';
import { LOOPBACK_PAGE, localSteward } from '../auth/dev-issuer/steward.ts';
import { readTenantFile, type Tenant } from '../auth/tenant-file.ts';
import { steadyClock, systemClock } from '../clock.ts';
import { listedUsers } from '../directory/listed-users.ts';
import { openDirectory } from '../directory/open.ts';
import type { Profile } from '../graph/settable.ts';
import { throttlingFor } from '../graph/throttling.ts';
import { createEncryptor } from '../notifications/encryption.ts';
import { createOutbound } from '../outbound/open.ts';
import { type Randomness, systemRandomness } from '../random.ts';
import type { ServerParts } from '../server.ts';
import { openLmdbStore } from '../store/lmdb/open.ts';
import type { PresenceStore } from '../store/store.ts';
import { ServersFaults } from '../testing/faults.ts';
import { Inboxes, outboundTo } from '../testing/inboxes.ts';
import { testRoutes } from '../testing/routes.ts';
import { createSnapshots } from '../testing/snapshots.ts';
import { createTestBed } from '../testing/test-bed.ts';
import { createTokens } from '../testing/tokens.ts';
import { readClock } from '../time/kept-clock.ts';
import { isRealTime, REAL_TIME, VirtualClock } from '../time/virtual-clock.ts';
import { keepReport, REPORT_FILE } from '../usage/kept-report.ts';
import { createUsageRecord } from '../usage/record.ts';
import { calendarFolder, openCalendars } from './calendars.ts';
import { type Command, UsageError } from './command.ts';
import { ENCRYPTION_WORKER } from './encryption-worker.ts';
import { portFlag, readFlags } from './flags.ts';
import { listenFailure } from './listen-failure.ts';
import { memoryFlags } from './memory-flags.ts';

const TENANT_FILE = fileURLToPath(new URL('../../examples/tenant.json', import.meta.url));

const FEED_RETENTION_MS = 7 * 24 * 3_600_000;

export const DEV_USAGE = `porchlight dev [--port 4280] [--https-port 4281] [--data DIR] [--profile graph|extended]
               [--strict] [--throttle 10000] [--calendars DIR]
               [--memory [--now INSTANT] [--frozen] [--seed 1]]

Starts a server to build against: example tenants and users, a token issuer that gives anybody any
token, HTTP and HTTPS on this machine only.

  --port        for HTTP; 0 picks a free one (4280)
  --https-port  for HTTPS; 0 picks a free one (4281)
  --data        folder for presence, keys and certificates (.porchlight)
  --profile     graph refuses what Graph refuses; extended allows more (graph)
  --strict      whatever Graph hasn't is an error that says so, in either profile
  --throttle    requests that an application may make in a tenant in 30 s; 0 for any number (10000 in
                profile graph, 0 in extended)
  --calendars   folder of calendars that count: DIR/contoso.example/ada@contoso.example.ics
  --memory      keeps nothing but certificates; can be reset, marked and put back (/porchlight/test)
  --now         what the clock shows at first: 2026-11-21T09:00:00Z (the machine's time)
  --frozen      the clock stands still until it is moved (/porchlight/clock)
  --seed        decides what else is left to chance (1)`;

/** `porchlight dev`. */
export const dev: Command = async (args, { openServer, print, stopped }) => {
  const flags = readFlags(args, {
    port: '4280',
    'https-port': '4281',
    data: '.porchlight',
    profile: 'graph',
    strict: false,
    calendars: undefined,
    throttle: undefined,
    memory: false,
    now: undefined,
    frozen: false,
    seed: undefined,
  });
  const memory = memoryFlags(flags);
  const port = portFlag(flags.port, 'port');
  const httpsPort = portFlag(flags['https-port'], 'https-port');
  const profile = profileFlag(flags.profile);
  const throttling = throttlingFor(profile, throttleFlag(flags.throttle));
  const dataDir = resolve(flags.data);

  const tenants = await readTenantFile(TENANT_FILE);
  const folder = await calendarFolder(flags.calendars, {
    tenants: tenants.map(({ id }) => id),
    tenantFile: TENANT_FILE,
  });
  const log = pino({ level: 'warn' });
  const clock = new VirtualClock(systemClock, memory?.clock);
  const issuerKeptIn = memory === undefined ? dataDir : null;
  const issuer = await createDevIssuer({ dataDir: issuerKeptIn, tenants, clock, randomUUID });
  const certificates = await openDevCertificates({
    dir: join(dataDir, 'dev'),
    nowMs: systemClock.nowMs(),
  });
  // Receivers on this machine are what one builds; they may have a certificate of ours, or none.
  const reach = { allow: [], allowHttpToLoopback: true, ca: [certificates.ca] };
  const listed = listedUsers(tenants);
  const inboxes = new Inboxes(clock);
  const faults = new ServersFaults();
  const usage = createUsageRecord(() => systemClock.nowMs());
  const over = async (store: PresenceStore, randomness: Randomness): Promise<ServerParts> => ({
    store,
    clock,
    randomness,
    issuers: issuer.issuers,
    directory: await openDirectory({
      mode: 'open',
      listed,
      tenants: tenants.map(({ id }) => id),
      documents: store.documents,
      steadyClock,
      log,
    }),
    log,
    steward: localSteward(tenants[0]?.id ?? '', (origin) => LOOPBACK_PAGE.test(origin)),
    ownRoutes,
    plugins: [issuer.plugin],
    usage,
    outbound: outboundTo(inboxes, () => createOutbound(reach)),
    calendars: openCalendars({ folder, outbound: reach, log }),
    encryptor: createEncryptor({ worker: ENCRYPTION_WORKER }),
    validationTokens: issuer.publisher,
  });
  const bed =
    memory && createTestBed({ clock, seed: memory.seed, rewindables: [inboxes, faults], over });
  const ownRoutes = testRoutes({
    clock,
    settled: () => server.settled(),
    tokens: createTokens({ issuer, tenants, clock, base: () => server.origins[0] ?? '' }),
    inboxes,
    snapshots: bed && createSnapshots(bed),
  });
  const parts = await (bed?.begin() ?? overKept(join(dataDir, 'store'), clock, over));
  const server = await openServer(
    {
      profile,
      strict: flags.strict,
      listeners: [
        { host: '127.0.0.1', port },
        { host: '127.0.0.1', port: httpsPort, tls: certificates },
      ],
      trustProxy: false,
      cors: LOOPBACK_PAGE,
      feedRetentionMs: FEED_RETENTION_MS,
      ...(throttling && { throttling }),
      faults: true,
    },
    parts,
  ).catch(async (error) => {
    await parts.directory.stop();
    await parts.store.close();
    throw listenFailure(error, 'choose another with --port or --https-port');
  });
  bed?.carry(server);
  faults.of(server.faults);

  const [http = '', https = ''] = server.origins;
  const report = keepReport({
    path: join(dataDir, REPORT_FILE),
    record: usage,
    clock: steadyClock,
    onError: (error) => log.error({ err: error }, 'the report of use could not be written'),
  });
  const name = `${profile}${flags.strict ? ', strict' : ''}`;
  const { caPath } = certificates;
  const data = memory ? `memory (certificates in ${dataDir})` : dataDir;
  print(greeting({ http, https, data, profile: name, tenants, clock, caPath }));
  await stopped;
  await server.close();
  await report.stop();
};

/** What is kept in a folder, under the clock that it was kept by. */
async function overKept(
  path: string,
  clock: VirtualClock,
  over: (store: PresenceStore, randomness: Randomness) => Promise<ServerParts>,
): Promise<ServerParts> {
  const store = await openLmdbStore({ path });
  clock.restore((await readClock(store.documents)) ?? REAL_TIME);
  return over(store, systemRandomness);
}

function profileFlag(text: string): Profile {
  if (text === 'graph' || text === 'extended') return text;
  throw new UsageError(`--profile must be graph or extended, not '${text}'`);
}

function throttleFlag(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--throttle must be a number of requests, not '${text}'`);
}

interface Greeting {
  readonly http: string;
  readonly https: string;
  /** Where presence is kept. */
  readonly data: string;
  readonly profile: string;
  readonly tenants: readonly Tenant[];
  readonly clock: VirtualClock;
  readonly caPath: string;
}

function greeting({ http, https, data, profile, tenants, clock, caPath }: Greeting): string {
  const secure = https.replace('127.0.0.1', 'localhost');
  return [
    `Porchlight dev, profile ${profile}`,
    '',
    `  HTTP    ${http}`,
    `  HTTPS   ${secure}`,
    `  Data    ${data}`,
    `  Clock   ${saidOf(clock)}`,
    ...tenants.map(
      ({ id, domain, users }) => `  Tenant  ${id}  ${domain}, ${users.length} example users`,
    ),
    '',
    'Trust its HTTPS:',
    ...trustLines(caPath, secure).map((line) => `  ${line}`),
    '',
    `A token: npm run -s porchlight -- token --url ${http}`,
    'Ctrl-C stops it.',
  ].join('\n');
}

/** How a clock stands that was moved before, or `real time`. */
function saidOf(clock: VirtualClock): string {
  const { state } = clock;
  if (isRealTime(state)) return 'real time';
  const shown = new Date(clock.nowMs()).toISOString();
  return state.kind === 'frozen' ? `frozen at ${shown}` : `${shown}, going on from there`;
}
