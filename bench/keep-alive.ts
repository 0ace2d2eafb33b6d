import { compare } from './compare.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { keepAlives } from './load/requests.ts';
import type { Question, Row, Settings } from './question.ts';
import { seedStore } from './seed.ts';
import { startBare, startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Aim: durable keep-alives at 0.6 of a server that parses the same body and sets a Map. */
const AIM = 0.6;

export const keepAlive: Question = {
  name: 'keep-alive',
  title: 'Durable keep-alive over HTTP, token checked',
  async run(settings) {
    const rows: Row[] = [];
    for (const users of settings.quick ? [100] : [1000, 100_000]) {
      settings.note(`keep-alive: ${users} users`);
      rows.push(await withUsers(users, settings));
    }
    return rows;
  },
};

function withUsers(users: number, settings: Settings): Promise<Row> {
  return inTemporaryFolder(async (path) => {
    await seedStore(path, { users, sessions: 'one' });
    const { publicKey, token } = await createIdentity();
    return compare(
      { what: `${users.toLocaleString('en-US')} users in turn`, aim: AIM },
      keepAlives(userIds(users), token),
      {
        porchlight: await startPorchlight({ store: path, publicKey }, settings.cpuProfiles),
        bare: await startBare({ kind: 'keep the body' }),
      },
      settings,
    );
  });
}
