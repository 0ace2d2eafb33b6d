import { DamagedValue, NewerValue } from './codec.ts';
import { StoreUnusable } from './errors.ts';

/**
 * Runs `read`; what it meets of damage in a value becomes a `StoreUnusable` that says where.
 * @param isDamage whether an error is what the store's own technology says of damage
 */
export function readingValue<Value>(
  path: () => string,
  what: () => string,
  read: () => Value,
  isDamage: (error: unknown) => boolean = () => false,
): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof NewerValue) {
      throw new StoreUnusable('StoreNewer', path(), `${what()}: ${error.message}`, {
        cause: error,
      });
    }
    if (error instanceof DamagedValue || error instanceof RangeError || isDamage(error)) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreUnusable('StoreDamaged', path(), `${what()}: ${reason}`, { cause: error });
    }
    throw error;
  }
}
