import { DocumentsChanged, StoreUnavailable } from './errors.ts';

/** How often work is done before it is given up: each time another server was there first. */
const MOST_TIMES = 8;

/** When it may be tried again: others are at it for moments only. */
const RETRY_AFTER_MS = 1000;

/**
 * Does work that ends in a write. When somebody else wrote first, it is done again on what is there then.
 * @param settled resolves when that is known here
 * @throws StoreUnavailable when somebody else was first each time
 */
export async function onNewest<T>(
  settled: () => Promise<unknown>,
  work: () => Promise<T>,
): Promise<T> {
  for (let times = 1; ; times++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DocumentsChanged)) throw error;
      if (times === MOST_TIMES) {
        throw new StoreUnavailable('others change it all the time', RETRY_AFTER_MS, {
          cause: error,
        });
      }
      await settled();
    }
  }
}
