import { compare } from './compare.ts';
import { inTemporaryFolder } from './folder.ts';
import { createIdentity } from './identity.ts';
import { headers, reads } from './load/requests.ts';
import type { Question } from './question.ts';
import { seedStore } from './seed.ts';
import { startBare, startPorchlight } from './servers/start.ts';
import { userIds } from './users.ts';

/** Aim: reads at 0.8 of a server that answers a constant of the same size. */
const AIM = 0.8;

export const getPresence: Question = {
  name: 'get-presence',
  title: 'GET presence over HTTP, token checked',
  run: (settings) =>
    inTemporaryFolder(async (path) => {
      const users = userIds(settings.quick ? 100 : 1000);
      await seedStore(path, { users: users.length, sessions: 'one' });
      const { publicKey, token } = await createIdentity();
      const porchlight = await startPorchlight({ store: path, publicKey }, settings.cpuProfiles);
      const bytes = await answerBytes(
        `${porchlight.origin}/v1.0/users/${users[0]}/presence`,
        token,
      );
      settings.note(`get-presence: answers of ${bytes} bytes`);
      const row = await compare(
        { what: `${users.length.toLocaleString('en-US')} users in turn, ${bytes} bytes`, aim: AIM },
        reads(users, token),
        { porchlight, bare: await startBare({ kind: 'answer a constant', bytes }) },
        settings,
      );
      return [row];
    }),
};

async function answerBytes(url: string, token: string): Promise<number> {
  const response = await fetch(url, { headers: headers(token) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.arrayBuffer()).byteLength;
}
