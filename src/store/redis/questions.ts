import { isReplyError, NoAnswer, NotSent, reasonOf } from './link-error.ts';

interface Question {
  readonly sentMs: number;
  readonly reject: (error: Error) => void;
}

/** What was asked on a connection and isn't answered yet. */
export class Questions {
  readonly #open = new Set<Question>();
  #heardMs = 0;

  /** How long the other side has said nothing, though it was asked something. */
  silentMs(nowMs: number): number {
    const [oldest] = this.#open;
    return oldest === undefined ? 0 : nowMs - Math.max(oldest.sentMs, this.#heardMs);
  }

  /**
   * Asks, and waits for the answer so long.
   * @throws NotSent, NoAnswer, or the server's refusal
   */
  ask(question: () => Promise<unknown>, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const open = { sentMs: performance.now(), reject };
      const timer = setTimeout(() => reject(new NoAnswer('no answer in time')), timeoutMs);
      this.#open.add(open);
      const settle = () => {
        clearTimeout(timer);
        this.#open.delete(open);
      };
      question().then(
        (reply) => {
          settle();
          this.#heardMs = performance.now();
          resolve(reply);
        },
        (error: Error) => {
          settle();
          const isAnswer = isReplyError(error);
          if (isAnswer) this.#heardMs = performance.now();
          reject(isAnswer ? error : asFailure(error));
        },
      );
    });
  }

  /** No more answers come. */
  giveUp(reason: string): void {
    for (const { reject } of this.#open) reject(new NoAnswer(reason));
  }
}

function asFailure(error: Error): Error {
  // It may be between two events: broken already, and nobody told yet.
  if (/isn't writeable/.test(error.message)) return new NotSent('the connection broke');
  return new NoAnswer(reasonOf(error));
}
