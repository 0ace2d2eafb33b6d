import type { Presence } from '../../src/engine/presence.ts';
import { Violation } from './history.ts';

/** What everyone sees of a presence, in one line: what a sequence number stands for. */
export function content({ availability, activity, statusMessage }: Presence): string {
  return `${availability}/${activity} ${JSON.stringify(statusMessage?.content ?? null)}`;
}

/** The sequence numbers seen of all users: they never go back, and each stands for one content. */
export class Numbers {
  readonly #greatest = new Map<string, number>();
  readonly #contents = new Map<string, string>();

  /** The greatest number seen of the user so far. */
  greatest(userId: string): number {
    return this.#greatest.get(userId) ?? 0;
  }

  /**
   * @param atLeast the greatest number seen when the look began; what others saw meanwhile may be newer
   * @throws Violation
   */
  saw(userId: string, number: number, shown: string, atLeast = this.greatest(userId)): void {
    if (number < atLeast) {
      throw new Violation(`user ${userId}: number ${number} follows ${atLeast}`);
    }
    this.#greatest.set(userId, Math.max(number, this.greatest(userId)));
    this.stands(userId, number, shown);
  }

  /** As `saw`, for a look at the past. */
  stands(userId: string, number: number, shown: string): void {
    const key = `${userId} ${number}`;
    const before = this.#contents.get(key);
    if (before !== undefined && before !== shown) {
      throw new Violation(`user ${userId}: number ${number} was ${before} and is ${shown}`);
    }
    this.#contents.set(key, shown);
  }
}
