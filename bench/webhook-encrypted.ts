import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { figure, type Question, type Row, type Settings } from './question.ts';
import { median } from './rounds.ts';
import type { ChangesOptions } from './servers/changes.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { TENANT } from './users.ts';
import { receiversCertificate } from './webhooks/certificate.ts';
import { presenceOf, type Receiver, startReceiver, subscribe } from './webhooks/start.ts';

/** How the resource data goes out. */
type Kind =
  | 'without resource data'
  | 'encrypted in a worker thread'
  | 'encrypted in the main thread';

const KINDS: readonly Kind[] = [
  'without resource data',
  'encrypted in a worker thread',
  'encrypted in the main thread',
];

interface Contender {
  readonly kind: Kind;
  readonly server: ServerProcess;
  readonly receiver: Receiver;
  /** One figure a round. */
  readonly perSecond: number[];
  readonly cpuMicros: number[];
  /** Of the main thread alone. */
  readonly busyMicros: number[];
  readonly itemsInEach: number[];
}

export const webhookEncrypted: Question = {
  name: 'webhook-encrypted',
  title: 'Notifications with encrypted resource data',
  run: (settings) => startAll(KINDS, settings, (contenders) => takeTurns(contenders, settings)),
};

/** Each kind has a server, a store and a receiver of its own. */
async function startAll(
  [kind, ...others]: readonly Kind[],
  settings: Settings,
  work: (contenders: readonly Contender[]) => Promise<Row[]>,
): Promise<Row[]> {
  if (kind === undefined) return work([]);
  return inTemporaryFolder(async (path) => {
    const contender = await start(kind, path, settings);
    try {
      return await startAll(others, settings, (more) => work([contender, ...more]));
    } finally {
      await Promise.all([contender.server.stop(), contender.receiver.stop()]);
    }
  });
}

async function start(kind: Kind, path: string, settings: Settings): Promise<Contender> {
  const { publicKey } = await createIdentity();
  const receiver = await startReceiver(1);
  const encryptsInWorkers = kind !== 'encrypted in the main thread';
  const server = await startPorchlight(
    { store: path, publicKey, profile: 'extended', encryptsInWorkers },
    settings.cpuProfiles,
  );
  const [notificationUrl = ''] = receiver.urls;
  const plain = { notificationUrl, resource: presenceOf('everyone') };
  const rich = {
    ...plain,
    includeResourceData: true,
    encryptionCertificate: receiversCertificate(),
    encryptionCertificateId: 'bench',
  };
  const request = kind === 'without resource data' ? plain : rich;
  await subscribe(server, { tenantId: TENANT, request });
  return { kind, server, receiver, perSecond: [], cpuMicros: [], busyMicros: [], itemsInEach: [] };
}

/** Changes as many users as a subscription keeps in memory, and waits until all has arrived there. */
async function takeTurns(
  contenders: readonly Contender[],
  { quick, rounds, note }: Settings,
): Promise<Row[]> {
  const count = quick ? 500 : 10_000;
  for (let round = 0; round <= rounds; round++) {
    note(`webhook-encrypted: round ${round}`);
    for (const { kind, server, receiver, ...figures } of contenders) {
      await receiver.reset();
      const before = await timesOf(server);
      const inConference = round % 2 === 0;
      const options: ChangesOptions = {
        tenants: [TENANT],
        order: 'in turn',
        first: 0,
        count,
        inConference,
      };
      await server.child.ask('change', options);
      const { items, encrypted, posts, firstMs, lastMs } = await receiver.until(count);
      const after = await timesOf(server);
      if (encrypted !== (kind === 'without resource data' ? 0 : items)) {
        throw new Error(`${kind}: ${encrypted} of ${items} items were encrypted`);
      }
      if (round === 0) continue;
      figures.perSecond.push(count / ((lastMs - firstMs) / 1000));
      figures.cpuMicros.push(((after.cpuMs - before.cpuMs) * 1000) / count);
      figures.busyMicros.push(((after.busyMs - before.busyMs) * 1000) / count);
      figures.itemsInEach.push(items / posts);
    }
  }
  const plainMicros = median(contenders[0]?.cpuMicros ?? []);
  return contenders.map((contender) => row(contender, count, plainMicros));
}

async function timesOf(server: ServerProcess) {
  return { cpuMs: await server.cpuMs(), busyMs: await server.child.ask<number>('busyMs') };
}

function row(
  { kind, perSecond, cpuMicros, busyMicros, itemsInEach }: Contender,
  count: number,
  plainMicros: number,
): Row {
  const micros = median(cpuMicros);
  const more = `${figure(micros - plainMicros, 1)} µs more than without resource data, `;
  return {
    what: `${figure(count)} changes to one endpoint, ${kind}${kind === 'without resource data' ? '' : ', RSA 2048'}`,
    result: `${figure(median(perSecond))} notifications/s from the first to the last`,
    aim: '–',
    met: undefined,
    figures: `${figure(micros, 1)} µs CPU each, ${micros === plainMicros ? '' : more}commit included; main thread busy for ${figure(median(busyMicros), 1)} µs each; ${figure(median(itemsInEach))} items in each POST`,
  };
}
