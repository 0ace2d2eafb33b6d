import { DamagedValue, NewerValue } from '../codec.ts';
import { StoreUnusable } from '../errors.ts';

/** Runs `read`; what it meets of damage in a value becomes a `StoreUnusable` that says where. */
export function reading<Value>(path: string, what: () => string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof NewerValue) {
      throw new StoreUnusable('StoreNewer', path, `${what()}: ${error.message}`, { cause: error });
    }
    if (error instanceof DamagedValue || error instanceof RangeError) {
      throw new StoreUnusable('StoreDamaged', path, `${what()}: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
