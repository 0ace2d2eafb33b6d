import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction, Socket } from 'node:net';
import { createSecureContext } from 'node:tls';
import { authorities } from './authorities.ts';
import { mayReach, type Reach, type Target } from './target.ts';
import { ConnectedElsewhere, type Resolve, Vetted, vettedLookup } from './vetted-lookup.ts';

/** A connection that waits for its next request is hung up after this. */
const IDLE_MS = 30_000;

/** With more connections open than this, those that wait are hung up before another is made. */
const MOST_OPEN = 512;

/** Then the next address of a host is tried beside it. Node's own, 250 ms, is short for another continent. */
const NEXT_ADDRESS_MS = 1000;

/** What Node hands on from a request to its connection; ours is `reach`. */
interface Connecting extends http.ClientRequestArgs {
  readonly reach?: Reach;
}

type Connect = (options: Connecting) => unknown;

export interface AgentsOptions {
  /** Authorities trusted beside the usual ones, PEM. */
  readonly ca: readonly string[];
  readonly resolve: Resolve;
}

/** Keeps every connection to addresses that were checked. */
export class Agents {
  readonly #open = new Set<Socket>();
  readonly #resolve: Resolve;
  readonly #kept: { http: http.Agent; https: https.Agent };
  readonly #fresh: { http: http.Agent; https: https.Agent };

  constructor({ ca, resolve }: AgentsOptions) {
    this.#resolve = resolve;
    // Made once: reading a hundred certificates for every connection would take longer than the rest.
    const secureContext = createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca.length > 0 && { ca: authorities(ca) }),
    });
    const common = { autoSelectFamily: true, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS };
    // Said outright, so that NODE_TLS_REJECT_UNAUTHORIZED changes nothing.
    const tls = { ...common, secureContext, rejectUnauthorized: true };
    const kept = { keepAlive: true, timeout: IDLE_MS };
    const connect = (inner: Connect) => (options: Connecting) => this.#connect(inner, options);
    this.#kept = {
      http: pin(new http.Agent({ ...common, ...kept }), connect),
      https: pin(new https.Agent({ ...tls, ...kept }), connect),
    };
    this.#fresh = {
      http: pin(new http.Agent(common), connect),
      https: pin(new https.Agent(tls), connect),
    };
  }

  /** `fresh`: on a connection that nothing was sent on before, nor will be after. */
  for({ url }: Target, fresh: boolean): http.Agent {
    const agents = fresh ? this.#fresh : this.#kept;
    return url.protocol === 'https:' ? agents.https : agents.http;
  }

  destroy(): void {
    for (const socket of this.#open) socket.destroy();
  }

  #connect(inner: Connect, options: Connecting): Socket {
    if (this.#open.size >= MOST_OPEN) this.#hangUpIdle();
    const vetted = new Vetted();
    const socket = inner({ ...options, lookup: this.#lookup(options, vetted) });
    if (!(socket instanceof Socket)) throw new TypeError('a connection is not a socket');
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
    // Stands before every other listener: nothing has been sent when this hangs up. It can only be if
    // the system connects elsewhere than it was told to, as with 0.0.0.0.
    socket.prependOnceListener('connect', () => {
      if (!vetted.has(socket.remoteAddress)) socket.destroy(new ConnectedElsewhere());
    });
    return socket;
  }

  #lookup({ host, reach = 'public' }: Connecting, vetted: Vetted): LookupFunction {
    // Node looks no addresses up; this one was checked with the URL.
    if (host && isIP(host) !== 0 && mayReach(reach, host)) vetted.add(host);
    const resolve = this.#resolve;
    return vettedLookup({ resolve, vetted, mayReach: (address) => mayReach(reach, address) });
  }

  #hangUpIdle(): void {
    for (const agent of [this.#kept.http, this.#kept.https]) {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }
}

function pin<A extends http.Agent>(agent: A, wrap: (inner: Connect) => Connect): A {
  const inner = agent.createConnection.bind(agent);
  return Object.assign(agent, { createConnection: wrap(inner) });
}
