import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { figure, type Question } from './question.ts';
import { median } from './rounds.ts';
import { seedStore } from './seed.ts';
import { startPorchlight } from './servers/start.ts';
import { TENANT, userIds } from './users.ts';
import { latencies, percentile } from './webhooks/latency.ts';
import { presenceOf, startReceiver, startSteadyLoad, subscribe } from './webhooks/start.ts';

/** Aim: 99 of 100 changes have reached the receiver within a quarter of a second. */
const AIM_MS = 250;

const USERS = 100;
const PER_SECOND = 200;

export const webhookLatency: Question = {
  name: 'webhook-latency',
  title: 'From change to webhook',
  run: (settings) =>
    inTemporaryFolder(async (path) => {
      const users = userIds(USERS);
      await seedStore(path, { users: USERS, sessions: 'one' });
      const { publicKey, token } = await createIdentity();
      const server = await startPorchlight(
        { store: path, publicKey, profile: 'extended' },
        settings.cpuProfiles,
      );
      const receiver = await startReceiver(1);
      const load = startSteadyLoad();
      const fromRequest = { p50: [] as number[], p99: [] as number[], longest: [] as number[] };
      const fromAnswer = { p50: [] as number[], p99: [] as number[] };
      settings.note(`webhook-latency: ${PER_SECOND} changes/s`);
      try {
        const [url = ''] = receiver.urls;
        const request = { notificationUrl: url, resource: presenceOf(users) };
        await subscribe(server, { tenantId: TENANT, request });
        for (let round = 0; round <= settings.rounds; round++) {
          await receiver.reset();
          const { origin } = server;
          const { durationMs } = settings;
          const sent = await load.change({
            origin,
            token,
            users,
            durationMs,
            perSecond: PER_SECOND,
          });
          const made = sent.reduce((sum, [, changes]) => sum + changes.length, 0);
          await receiver.until(made);
          const found = latencies(sent, await receiver.arrivals(0));
          if (round === 0) continue;
          fromRequest.p50.push(percentile(found.fromRequest, 0.5));
          fromRequest.p99.push(percentile(found.fromRequest, 0.99));
          fromRequest.longest.push(percentile(found.fromRequest, 1));
          fromAnswer.p50.push(percentile(found.fromAnswer, 0.5));
          fromAnswer.p99.push(percentile(found.fromAnswer, 0.99));
        }
      } finally {
        await Promise.all([load.stop(), server.stop(), receiver.stop()]);
      }
      const p99 = median(fromRequest.p99);
      return [
        {
          what: `${USERS} users, ${PER_SECOND} changes/s by HTTP, one subscription, http on loopback`,
          result: `p99 ${figure(p99, 1)} ms from the request`,
          aim: `≤ ${AIM_MS} ms`,
          met: p99 <= AIM_MS,
          figures: `p50 ${figure(median(fromRequest.p50), 1)} ms, longest ${figure(Math.max(...fromRequest.longest), 1)} ms; from the answer p50 ${figure(median(fromAnswer.p50), 1)} ms, p99 ${figure(median(fromAnswer.p99), 1)} ms`,
        },
      ];
    }),
};
