import type { Connection } from './connection.ts';
import { hashTag } from './key-slot.ts';
import type { Arg } from './link.ts';
import { reasonOf, TooFewReplicas, Unconfirmed } from './link-error.ts';
import { integer } from './reply.ts';

/**
 * Asks how many replicas have what was sent on a connection. WAIT blocks the connection, so it is asked for a
 * short while and again, and one WAIT answers for all that was sent before it.
 */
export class Confirmations {
  readonly #connection: Connection;
  readonly #replicas: number;
  readonly #timeoutMs: number;
  /** The one under way, settled or not; never rejects. */
  #current: Promise<unknown> = Promise.resolve();
  /** The one that follows it, for what was sent meanwhile. */
  #next: Promise<number> | undefined;

  constructor(connection: Connection, replicas: number, timeoutMs: number) {
    this.#connection = connection;
    this.#replicas = replicas;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * How many replicas have, after a tenth of `timeoutMs` at most, all that was sent before this call. `key`
   * is one of the server's.
   * @throws NotSent, NoAnswer, or the server's refusal
   */
  count(key: Arg): Promise<number> {
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      const asked = this.#ask(key);
      this.#current = asked.catch(() => {});
      return asked;
    });
    return this.#next;
  }

  /**
   * Resolves when enough replicas have what `first` counts. Each time there were too few, `onTooFew` is
   * called, and it is counted again.
   * @throws TooFewReplicas when there still are at `untilMs`, by `performance.now()`
   * @throws Unconfirmed when nobody says how many have it
   */
  async enough(
    key: Arg,
    first: Promise<number>,
    untilMs: number,
    onTooFew: () => void,
  ): Promise<void> {
    let counting = first;
    let count = 0;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, Math.max(1, untilMs - performance.now()), 'late');
    });
    try {
      for (;;) {
        const said = await Promise.race([counting, late]);
        if (said === 'late') break;
        count = said;
        if (count >= this.#replicas) return;
        onTooFew();
        counting = this.count(key);
      }
    } catch (cause) {
      throw new Unconfirmed(`it was written, but ${reasonOf(cause)}`, { cause });
    } finally {
      clearTimeout(timer);
      counting.catch(() => {
        // Nobody waits for it any more.
      });
    }
    const of = `${count} of ${this.#replicas} replicas`;
    throw new TooFewReplicas(`it was written, but ${of} confirmed it`);
  }

  async #ask(key: Arg): Promise<number> {
    const mark = Buffer.concat([MARK_HEAD, hashTag(key), MARK_TAIL]);
    const [, count] = await Promise.all([
      // From 7.2 on WAIT looks at what this connection wrote last. A script that found its work done writes
      // nothing, and WAIT would have nothing to wait for, though what the script found may be on no replica
      // yet.
      this.#connection.send('SET', [mark, ''], this.#timeoutMs),
      this.#connection.send('WAIT', [this.#replicas, this.#sliceMs], this.#timeoutMs),
    ]);
    return integer(count);
  }

  get #sliceMs(): number {
    return Math.max(1, Math.round(this.#timeoutMs / 10));
  }
}

/** The key that is written to have something to wait for: one in each partition. */
const MARK_HEAD = Buffer.from('porchlight:{');
const MARK_TAIL = Buffer.from('}:confirmed');
