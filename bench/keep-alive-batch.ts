import { described } from './compare.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { startGenerator } from './load/generator.ts';
import { keepAliveBatches, keepAlives } from './load/requests.ts';
import { figure, type Question } from './question.ts';
import { interleave, median, ratios } from './rounds.ts';
import { seedStore } from './seed.ts';
import { startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Aim: four times the keep-alives a second of single calls. */
const AIM = 4;

/** Graph's limit for one batch. */
const IN_EACH = 20;

/** The same server and the same keep-alives, one in each request and twenty. */
export const keepAliveBatch: Question = {
  name: 'keep-alive-batch',
  title: '20 keep-alives in a $batch',
  run: (settings) =>
    inTemporaryFolder(async (path) => {
      const users = userIds(1000);
      await seedStore(path, { users: users.length, sessions: 'one' });
      const { publicKey, token } = await createIdentity();
      const server = await startPorchlight({ store: path, publicKey }, settings.cpuProfiles);
      const single = await startGenerator(keepAlives(users, token));
      const batch = await startGenerator(keepAliveBatches(users, token, { inEach: IN_EACH }));
      try {
        const [batches, singles] = await interleave(
          [
            { server, generator: batch },
            { server, generator: single },
          ],
          settings,
        );
        if (batches === undefined || singles === undefined) throw new Error('there are two loads');
        const ratio = ratios(
          batches.perSecond.map((each) => each * IN_EACH),
          singles.perSecond,
        );
        const perSecond = figure(median(batches.perSecond) * IN_EACH);
        return [
          {
            what: '1,000 users in turn',
            result: `${figure(ratio.median, 1)} × single calls (${figure(ratio.least, 1)}–${figure(ratio.greatest, 1)})`,
            aim: `≥ ${AIM} ×`,
            met: ratio.median >= AIM,
            figures: `${perSecond} keep-alives/s: batches ${described(batches)}; single ${described(singles)}`,
          },
        ];
      } finally {
        await Promise.all([single.stop(), batch.stop(), server.stop()]);
      }
    }),
};
