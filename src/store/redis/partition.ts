import { StoreUnavailable } from '../errors.ts';
import { type PartitionKeys, partitionKeys } from './keys.ts';
import { type Arg, type Link, RETRY_AFTER_MS } from './link.ts';
import { integer, list } from './reply.ts';
import { BEGIN, type Script } from './script.ts';

/** What a script answered that writes. */
export interface Written {
  readonly outcome: number;
  readonly others: readonly unknown[];
  /** It was sent again on the way: the first sending may have been carried out, too. */
  readonly isResent: boolean;
}

/** A partition, and what is known here of the server that has it. */
export class Partition {
  readonly number: number;
  readonly keys: PartitionKeys;
  readonly #timeoutMs: number;
  #floorMs = 0;
  /** How far its clock is ahead of the one here that never steps. */
  #aheadMs = Number.NEGATIVE_INFINITY;

  /** `timeoutMs` is how long an answer is waited for. */
  constructor(number: number, timeoutMs: number) {
    this.number = number;
    this.keys = partitionKeys(number);
    this.#timeoutMs = timeoutMs;
  }

  /** What numbers of changes must be greater than: see scripts/begin.lua. 0 on the server it was made on. */
  get floorMs(): number {
    return this.#floorMs;
  }

  /**
   * Until when a script that is sent now may write, by the server's clock: later we have given it up, and
   * said so. A server that was stopped reads what it was sent before when it goes on.
   */
  deadlineMs(): number {
    return Math.floor(performance.now() + this.#aheadMs + this.#timeoutMs);
  }

  /**
   * The server's clock said so at some instant since the question was sent. What was known stays as long as
   * it agrees with that: an answer may have waited for replicas.
   */
  noticeTime(redisMs: number, sentMs: number): void {
    const atLeast = redisMs - performance.now();
    this.#aheadMs = Math.min(Math.max(this.#aheadMs, atLeast), redisMs + 1 - sentMs);
  }

  /**
   * Runs a script that writes, confirmed, and sent again where it may be. Its answer begins with what became
   * of it and the server's clock.
   * @throws StoreUnavailable
   */
  async write(
    link: Link,
    script: Script,
    keys: readonly Arg[],
    args: readonly Arg[],
  ): Promise<Written> {
    const sentMs = performance.now();
    let isResent = false;
    const onResend = () => {
      isResent = true;
    };
    const reply = list(await link.run(script, keys, args, { confirm: true, onResend }));
    const [outcome, redisMs, ...others] = reply;
    this.noticeTime(integer(redisMs), sentMs);
    return { outcome: integer(outcome), others, isResent };
  }

  /**
   * Gets it ready for writes on the server that has it now.
   * @param isNew whether the store was made just now
   * @throws StoreUnavailable
   */
  async begin(link: Link, isNew = false): Promise<void> {
    const sentMs = performance.now();
    const reply = await link.run(BEGIN, [this.keys.state], [isNew ? 1 : 0]);
    const [floorMs, redisMs] = list(reply).map(integer);
    this.#floorMs = floorMs ?? 0;
    this.noticeTime(redisMs ?? 0, sentMs);
  }
}

/** Why nothing was written, twice, by a script that looked at its server's clock. */
export function tooLate(link: Link, isResent: boolean): StoreUnavailable {
  const reason = `${link.name}: it took too long to get there`;
  return new StoreUnavailable(reason, RETRY_AFTER_MS, { mayBeKept: isResent });
}
