import { Endpoint } from './endpoint.ts';
import type { EndpointParts } from './endpoint-parts.ts';
import type { Letter } from './letter.ts';

/** Every address that something is sent to, each for one tenant: tenants don't wait for each other. */
export class Endpoints {
  readonly #parts: EndpointParts;
  readonly #byName = new Map<string, Endpoint>();

  constructor(parts: EndpointParts) {
    this.#parts = parts;
  }

  at(tenantId: string, url: string): Endpoint {
    const name = `${tenantId} ${url}`;
    let endpoint = this.#byName.get(name);
    if (endpoint === undefined) {
      endpoint = new Endpoint(url, this.#parts);
      this.#byName.set(name, endpoint);
    }
    return endpoint;
  }

  /** The address, if anything is sent there. */
  find(tenantId: string, url: string): Endpoint | undefined {
    return this.#byName.get(`${tenantId} ${url}`);
  }

  /** Gives a lifecycle notification to the endpoint it is for, to be sent as soon as it may. */
  post(letter: Letter): void {
    const endpoint = this.at(letter.tenantId, letter.url);
    endpoint.letters.post(letter);
    endpoint.pump();
  }

  [Symbol.iterator](): IterableIterator<Endpoint> {
    return this.#byName.values();
  }

  /** Forgets those that nothing needs any more. */
  tidy(): void {
    for (const [name, endpoint] of this.#byName) {
      if (!endpoint.isIdle) continue;
      endpoint.stop();
      this.#byName.delete(name);
    }
  }
}
