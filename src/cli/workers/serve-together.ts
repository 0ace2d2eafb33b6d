import cluster from 'node:cluster';
import type { Logger } from 'pino';
import { openSigningKey } from '../../auth/signing-key.ts';
import type { Config } from '../../config/schema.ts';
import { holdLmdbStore } from '../../store/lmdb/hold.ts';
import { openSharedLmdbStore } from '../../store/lmdb/open-shared.ts';
import { UsageError } from '../command.ts';
import { embeddedIn, keyBeside, readyToServe } from '../open-store.ts';
import type { Seat } from '../serve.ts';
import { takePlace } from './worker.ts';
import { openWorkers } from './workers.ts';

interface Parts {
  readonly log: Logger;
  /** Asked once, by the process that is told to stop. */
  stopped(): Promise<void>;
  serveAlone(seat: Seat): Promise<void>;
}

/** Serves with several processes, of which this is the first or one of those that it has started. */
export async function serveTogether(config: Config, workers: number, parts: Parts): Promise<void> {
  const folder = embeddedIn(config.store);
  if (folder === undefined) {
    throw new UsageError('--workers is for an embedded store; on Redis, start more servers');
  }
  if (cluster.isPrimary) await superintend(config, folder, workers, parts);
  else await work(folder, parts);
}

/** Holds the store and looks after the processes that serve. */
async function superintend(
  { profile }: Config,
  folder: string,
  count: number,
  { log, ...parts }: Parts,
): Promise<void> {
  let isStopped = false;
  const stopped = parts.stopped().then(() => {
    isStopped = true;
  });
  const held = await holdLmdbStore({ path: folder });
  try {
    // Made before there are several who would make it.
    await openSigningKey(keyBeside(folder));
    const workers = await openWorkers(count, { held, log });
    log.info({ addresses: workers.origins, profile, workers: count }, 'serving');
    try {
      await Promise.race([stopped, workers.failed]);
      log.info('stopping');
    } finally {
      await workers.close();
    }
  } catch (error) {
    // Ctrl-C reaches workers that have only just begun as well.
    if (!isStopped) throw error;
  } finally {
    await held.release();
  }
}

/** Serves beside others. */
async function work(folder: string, { serveAlone }: Parts): Promise<void> {
  const place = takePlace();
  const { line, stopped } = place;
  try {
    await serveAlone({
      async openStore() {
        const store = await openSharedLmdbStore({ path: folder, line });
        return readyToServe({ store, name: folder, keyPlace: keyBeside(folder) });
      },
      stopped,
      onServing: place.serving,
      onStopping() {},
    });
  } catch (error) {
    await place.failed(error);
  }
  place.leave();
}
