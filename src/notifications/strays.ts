import type { Clock } from '../clock.ts';
import type { Stray } from './fates.ts';

/** Of one endpoint at a time; one more is lost. */
const MOST_STRAYS = 10_000;

/** Notifications of one endpoint that come out of turn: late ones, and repetitions. In memory alone. */
export class Strays {
  #waiting: Stray[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** @param onDue told when the time of one comes */
  add(strays: readonly Stray[], clock: Clock, onDue: () => void): void {
    for (const stray of strays.slice(0, MOST_STRAYS - this.#waiting.length)) {
      this.#waiting.push(stray);
      if (stray.atMs > clock.nowMs()) clock.alarm(stray.atMs, onDue);
    }
  }

  /**
   * The one whose time came first; undefined where none has come.
   * @param isAlive whether a subscription still is there: nothing more comes of one that ended
   */
  due(nowMs: number, isAlive: (subscriptionId: string) => boolean): Stray | undefined {
    this.#waiting = this.#waiting.filter(({ part }) => isAlive(part.lane.subscription.id));
    const due = this.#waiting.filter(({ atMs }) => atMs <= nowMs);
    return due.sort((a, b) => a.atMs - b.atMs)[0];
  }

  remove(stray: Stray): void {
    this.#waiting = this.#waiting.filter((each) => each !== stray);
  }
}
