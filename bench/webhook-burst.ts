import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { figure, type Question, type Row, type Settings } from './question.ts';
import { median } from './rounds.ts';
import type { Changed, ChangesOptions } from './servers/changes.ts';
import { startPorchlight } from './servers/start.ts';
import { presenceOf, startReceiver, subscribe } from './webhooks/start.ts';

/** Aim: everything has arrived ten seconds after the first change. */
const AIM_S = 10;

/** Each with a tenant of its own, whose subscription is about everyone. */
const ENDPOINTS = 10;

/** In which order the tenants' users change: all tenants at once, or one after the other. */
type Order = ChangesOptions['order'];

const ORDERS: readonly (readonly [Order, string])[] = [
  ['in turn', 'at all endpoints at once'],
  ['one after the other', 'at one endpoint after the other'],
];

/** As if everybody came to work in the same second. */
export const webhookBurst: Question = {
  name: 'webhook-burst',
  title: 'A burst of changes to webhooks',
  async run(settings) {
    const rows: Row[] = [];
    for (const [order, words] of settings.quick ? ORDERS.slice(0, 1) : ORDERS) {
      rows.push(await burst(order, words, settings));
    }
    return rows;
  },
};

function burst(order: Order, words: string, settings: Settings): Promise<Row> {
  return inTemporaryFolder(async (path) => {
    const count = settings.quick ? 1000 : 200_000;
    const { publicKey } = await createIdentity();
    const server = await startPorchlight(
      { store: path, publicKey, profile: 'extended' },
      settings.cpuProfiles,
    );
    const receiver = await startReceiver(ENDPOINTS);
    const tenants = receiver.urls.map((_, index) => tenantOf(index));
    const figures: Figures = { allS: [], committingS: [], cpuMicros: [], itemsInEach: [] };
    try {
      const resource = presenceOf('everyone');
      for (const [index, notificationUrl] of receiver.urls.entries()) {
        const request = { notificationUrl, resource };
        await subscribe(server, { tenantId: tenantOf(index), request });
      }
      for (let round = 0; round <= settings.rounds; round++) {
        settings.note(`webhook-burst: ${figure(count)} changes ${words}, round ${round}`);
        await receiver.reset();
        const beforeMs = await server.cpuMs();
        const inConference = round % 2 === 0;
        const options: ChangesOptions = { tenants, order, first: 0, count, inConference };
        const { beganMs, committedMs } = await server.child.ask<Changed>('change', options);
        const { users, items, posts, lastMs } = await receiver.until(count);
        const cpuMs = (await server.cpuMs()) - beforeMs;
        if (users !== count) throw new Error(`${users} of ${count} users were told of`);
        if (round === 0) continue;
        figures.allS.push((lastMs - beganMs) / 1000);
        figures.committingS.push((committedMs - beganMs) / 1000);
        figures.cpuMicros.push((cpuMs * 1000) / count);
        figures.itemsInEach.push(items / posts);
      }
    } finally {
      await Promise.all([server.stop(), receiver.stop()]);
    }
    return row(count, words, figures);
  });
}

/** One figure a round. */
interface Figures {
  readonly allS: number[];
  readonly committingS: number[];
  readonly cpuMicros: number[];
  readonly itemsInEach: number[];
}

function row(count: number, words: string, figures: Figures): Row {
  const { allS, committingS, cpuMicros, itemsInEach } = figures;
  return {
    what: `${figure(count)} users changed as fast as the store takes it, ${words} (${ENDPOINTS}, http on loopback)`,
    result: `${figure(median(allS), 1)} s until the last notification`,
    aim: `≤ ${AIM_S} s`,
    met: median(allS) <= AIM_S,
    figures: `longest ${figure(Math.max(...allS), 1)} s; committing all took ${figure(median(committingS), 1)} s of it; ${figure(median(cpuMicros), 1)} µs CPU for each change, committed and delivered; ${figure(median(itemsInEach))} items in each POST`,
  };
}

function tenantOf(index: number): string {
  return `11111111-0000-4000-8000-${(index + 1).toString(16).padStart(12, '0')}`;
}
