import { setTimeout as delay } from 'node:timers/promises';
import { openStream } from './fan-out/open-stream.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity, type Identity } from './identity.ts';
import { type Generator, startGenerator } from './load/generator.ts';
import { keepAlives } from './load/requests.ts';
import { figure, type Question, type Row, type Settings } from './question.ts';
import { interleave, median, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { TENANT, userIds } from './users.ts';
import { presenceOf, type Receiver, startReceiver, subscribe } from './webhooks/start.ts';

/** Aim: a keep-alive costs the same whoever watches; a tenth is what two equal servers differ by. */
const KEPT_WITHIN_MS = 1500;

const AIM = 1.1;

const SUBSCRIPTIONS = 10;
const STREAMS = 10;

export const keepAliveStorm: Question = {
  name: 'keep-alive-storm',
  title: 'Keep-alives that change nothing, with and without subscribers',
  run: (settings) =>
    inTemporaryFolder((path) =>
      inTemporaryFolder(async (otherPath) => {
        const users = userIds(settings.quick ? 100 : 1000);
        const identity = await createIdentity();
        const receiver = await startReceiver(SUBSCRIPTIONS);
        const generator = await startGenerator(keepAlives(users, identity.token));
        const watched = await start(path, users, identity, settings);
        const alone = await start(otherPath, users, identity, settings);
        try {
          return [await row({ watched, alone, receiver, generator, identity }, users, settings)];
        } finally {
          await Promise.all([generator.stop(), watched.stop(), alone.stop()]);
          await receiver.stop();
        }
      }),
    ),
};

async function start(
  path: string,
  users: readonly string[],
  { publicKey }: Identity,
  { cpuProfiles }: Settings,
): Promise<ServerProcess> {
  await seedStore(path, { users: users.length, sessions: 'one' });
  return startPorchlight({ store: path, publicKey, profile: 'extended' }, cpuProfiles);
}

interface Parts {
  readonly watched: ServerProcess;
  readonly alone: ServerProcess;
  readonly receiver: Receiver;
  readonly generator: Generator;
  readonly identity: Identity;
}

async function row(parts: Parts, users: readonly string[], settings: Settings): Promise<Row> {
  const { watched, alone, receiver, generator, identity } = parts;
  for (const notificationUrl of receiver.urls) {
    const request = { notificationUrl, resource: presenceOf(users) };
    await subscribe(watched, { tenantId: TENANT, request });
  }
  let events = 0;
  const port = Number(new URL(watched.origin).port);
  const stream = { port, token: identity.token, body: JSON.stringify({ ids: users }) };
  const opening = Array.from({ length: STREAMS }, () =>
    openStream(stream, (count) => {
      events += count;
    }),
  );
  const streams = await Promise.all(opening);
  await settled(watched);
  const before = await traces(watched);
  settings.note('keep-alive-storm');
  const [own, other] = await interleave(
    [
      { server: watched, generator },
      { server: alone, generator },
    ],
    settings,
  );
  if (own === undefined || other === undefined) throw new Error('there are two servers');
  const after = await traces(watched);
  const { items } = await receiver.received();
  for (const each of streams) each.close();
  const edits = after.documentEdits - before.documentEdits;
  const isUntouched = after.feedEnd === before.feedEnd && items + events + edits === 0;
  const perRound = median(own.perSecond) * (settings.durationMs / 1000);
  const ratio = ratios(own.cpuMicros, other.cpuMicros);
  return {
    what: `some ${figure(perRound * settings.rounds)} of ${figure(users.length)} users, ${SUBSCRIPTIONS} subscriptions and ${STREAMS} streams about all of them`,
    result: `${figure(ratio.median, 2)} of the CPU without (${figure(ratio.least, 2)}–${figure(ratio.greatest, 2)}), ${items + events} deliveries`,
    aim: `≤ ${AIM}, and none`,
    met: ratio.median <= AIM && isUntouched,
    figures: `${figure(median(own.cpuMicros), 1)} µs CPU each, without ${figure(median(other.cpuMicros), 1)} µs; feed entries ${after.feedEnd === before.feedEnd ? 'none' : 'some'}, documents written ${edits}, notifications ${items}, events ${events}`,
  };
}

/** Waits for what follows from making subscriptions: within a second it is kept how far each of them is. */
async function settled({ child }: ServerProcess): Promise<void> {
  for (let last = -1; ; ) {
    const edits = await child.ask<number>('documentEdits');
    if (edits === last) return;
    last = edits;
    await delay(KEPT_WITHIN_MS);
  }
}

/** What a server leaves behind when something changes. */
async function traces({ child }: ServerProcess) {
  const { end } = await child.ask<{ readonly end: string }>('feedBounds');
  return { feedEnd: end, documentEdits: await child.ask<number>('documentEdits') };
}
