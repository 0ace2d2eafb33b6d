import { GraphError } from '../graph/error.ts';

/** Streams that one application may have open in a tenant, and all of them together. */
const MOST_STREAMS = { perApp: 1000, inAll: 10_000 };

const RETRY_AFTER = { 'retry-after': '5' };

/** Who asks for a seat. */
interface Sitter {
  readonly tenantId: string;
  readonly appId: string;
}

/** Room for open streams, counted from the request on: a snapshot being read takes room too. */
export class Seats {
  readonly #taken = new Map<string, number>();
  readonly #most: typeof MOST_STREAMS;
  #inAll = 0;

  constructor(most = MOST_STREAMS) {
    this.#most = most;
  }

  /**
   * Gives back how to give the seat back, to be called any number of times.
   * @throws GraphError 429 or 503
   */
  take({ tenantId, appId }: Sitter): () => void {
    const { perApp, inAll } = this.#most;
    const key = `${tenantId}/${appId}`;
    const taken = this.#taken.get(key) ?? 0;
    if (taken >= perApp) {
      const message = `The application has ${taken} streams open; ${perApp} are the most.`;
      throw new GraphError(429, 'TooManyRequests', message, RETRY_AFTER);
    }
    if (this.#inAll >= inAll) {
      const message = 'There are as many streams open as this server takes.';
      throw new GraphError(503, 'ServiceUnavailable', message, RETRY_AFTER);
    }
    this.#taken.set(key, taken + 1);
    this.#inAll++;
    let isFree = false;
    return () => {
      if (isFree) return;
      isFree = true;
      this.#inAll--;
      const left = (this.#taken.get(key) ?? 1) - 1;
      if (left === 0) this.#taken.delete(key);
      else this.#taken.set(key, left);
    };
  }
}
