import * as tls from 'node:tls';

/** Since Node 22.19 and 24.5. */
interface NewerTls {
  getCACertificates?(type: 'default'): string[];
  setDefaultCACertificates?(certificates: readonly string[]): void;
}

/** The dispatcher of Node's own `fetch`, as far as it is needed here. */
interface Dispatcher {
  readonly constructor: new (options: object) => { destroy(): Promise<void> };
}

/** How `fetch` is to be called, so that it trusts an authority. */
export interface Trust {
  readonly fetchOptions: RequestInit;
  /** Hangs up. */
  release(): Promise<void>;
}

/**
 * Has `fetch` of this process trust an authority beside those it trusts already. Where Node can, all of the process
 * does from then on, whichever client it uses; such an authority vouches for this machine alone, and its key is
 * nowhere but in this process. An older Node reads what it trusts when it starts; there `fetch` is handed an agent.
 */
export async function trust(ca: string): Promise<Trust> {
  const { getCACertificates, setDefaultCACertificates } = tls as NewerTls;
  if (getCACertificates !== undefined && setDefaultCACertificates !== undefined) {
    const trusted = getCACertificates('default');
    if (!trusted.includes(ca)) setDefaultCACertificates([...trusted, ca]);
    return { fetchOptions: {}, async release() {} };
  }
  const Agent = (await dispatcherOfFetch()).constructor;
  const dispatcher = new Agent({ connect: { ca } });
  return {
    fetchOptions: { dispatcher } as RequestInit,
    release: () => dispatcher.destroy(),
  };
}

/**
 * Node hands its `fetch` no agent of ours, and exports none; but it keeps its own where undici looks for it, on the
 * global object that `fetch` was made with. A test runner may have given the test another one.
 */
async function dispatcherOfFetch(): Promise<Dispatcher> {
  // It is there once something was fetched.
  await fetch('data:,');
  const makeFunction = fetch.constructor as FunctionConstructor;
  const global = (await makeFunction('return globalThis')()) as Record<symbol, unknown>;
  const dispatcher = global[Symbol.for('undici.globalDispatcher.1')];
  if (dispatcher === undefined) throw new Error('this Node can be told of no further authority');
  return dispatcher as Dispatcher;
}
