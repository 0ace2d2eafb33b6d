import { readFile } from 'node:fs/promises';
import { createIdentity } from './identity.ts';
import { startGenerator } from './load/generator.ts';
import { bulkRead, IN_A_CALL, keepAliveBatches, slices } from './load/requests.ts';
import { figure, type Question } from './question.ts';
import { type ServerProcess, startPorchlight } from './servers/start.ts';
import { userId } from './users.ts';

/** Aim: 300 MB of heap and buffers; pages of the mapped file belong to the system. */
const AIM_BYTES = 300_000_000;

const CONNECTIONS = 50;

/** Users asked about by one call, and kept alive by one batch. */
const IN_EACH_READ = 650;
const IN_EACH_BATCH = 20;

/** Users between two looks at the memory. */
const SLICE = 26_000;

interface Memory {
  /** Resident, without the pages of the store's file. */
  readonly own: number;
  /** Of the store's file, resident by way of its mapping. */
  readonly mapped: number;
  /** What JavaScript holds: heap in use, and buffers outside of it. */
  readonly heapAndBuffers: number;
}

export const memory: Question = {
  name: 'memory',
  title: 'Memory with 1 million users × 2 sessions',
  async run({ note, millionUsers }) {
    const { path, users } = await millionUsers();
    const { publicKey, token } = await createIdentity();
    const server = await startPorchlight({ store: path, publicKey });
    const generator = await startGenerator([]);
    try {
      const seen = [await memoryOf(server)];
      const touch = { origin: server.origin, connections: CONNECTIONS };
      note(`memory: reading ${figure(users)} users, and keeping them alive`);
      for (let first = 0; first < users; first += SLICE) {
        const ids = Array.from({ length: Math.min(SLICE, users - first) }, (_, index) =>
          userId(first + index),
        );
        const reads = slices(ids, IN_EACH_READ).map((each) => bulkRead(each, token));
        await generator.each(reads, touch);
        const inEach = IN_EACH_BATCH;
        await generator.each(keepAliveBatches(ids, token, { inEach, pair: IN_A_CALL }), touch);
        seen.push(await memoryOf(server));
      }
      const most = Math.max(...seen.map(({ own }) => own));
      const least = seen[0]?.own ?? 0;
      const last = seen.at(-1);
      return [
        {
          what: `${figure(users)} users, all of them read and kept alive`,
          result: `${megabytes(most)} at most`,
          aim: `≤ ${megabytes(AIM_BYTES)}`,
          met: most <= AIM_BYTES,
          figures: `resident without the file's pages; after the start ${megabytes(least)}, at the end ${megabytes(last?.own ?? 0)}, of which JavaScript's heap and buffers in use ${megabytes(last?.heapAndBuffers ?? 0)}; pages of the mapped file ${megabytes(last?.mapped ?? 0)}`,
        },
      ];
    } finally {
      await Promise.all([generator.stop(), server.stop()]);
    }
  },
};

async function memoryOf({ child }: ServerProcess): Promise<Memory> {
  const { heapUsed, external, rss } = await child.ask<NodeJS.MemoryUsage>('memory');
  const mapped = residentOf('.mdb', await readFile(`/proc/${child.pid}/smaps`, 'utf8'));
  return { own: rss - mapped, mapped, heapAndBuffers: heapUsed + external };
}

/** Resident bytes of the mappings whose file ends so, of the text of `/proc/PID/smaps`. */
function residentOf(ending: string, smaps: string): number {
  let inside = false;
  let bytes = 0;
  for (const line of smaps.split('\n')) {
    if (/^[\da-f]+-[\da-f]+ /.test(line)) inside = line.endsWith(ending);
    else if (inside && line.startsWith('Rss:')) bytes += Number(/\d+/.exec(line)?.[0]) * 1024;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return `${figure(bytes / 1e6)} MB`;
}
