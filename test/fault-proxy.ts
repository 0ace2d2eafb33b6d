import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Which way bytes go. */
export type Direction = 'to server' | 'to client';

/** What happens to what goes one way. */
interface Weather {
  delayMs: number;
  /** `held` waits and arrives when all is well again, as what TCP repeats does; `lost` never does. */
  fate: 'passed' | 'held' | 'lost';
}

/** One way through one connection. */
class Lane {
  /** Something is missing in what arrived: no more may follow it. */
  isTorn = false;
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #weather: Weather;
  readonly #waiting: { readonly chunk: Buffer | undefined; readonly dueMs: number }[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, weather: Weather) {
    this.#from = from;
    this.#to = to;
    this.#weather = weather;
    from.on('data', (chunk) => this.#take(chunk)).on('end', () => this.#take(undefined));
    to.on('drain', () => from.resume());
  }

  /** `undefined` is the end of what comes. */
  #take(chunk: Buffer | undefined): void {
    const { delayMs, fate } = this.#weather;
    if (fate === 'lost' || this.isTorn) {
      this.isTorn = true;
      return;
    }
    this.#waiting.push({ chunk, dueMs: performance.now() + delayMs });
    this.pass();
  }

  /** Sends what is due, and comes back when more of it is. */
  pass(): void {
    clearTimeout(this.#timer);
    if (this.#weather.fate !== 'passed' || this.#to.destroyed) return;
    const nowMs = performance.now();
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (next.dueMs > nowMs) {
        this.#timer = setTimeout(() => this.pass(), next.dueMs - nowMs);
        return;
      }
      this.#waiting.shift();
      if (next.chunk === undefined) this.#to.end();
      else if (!this.#to.write(next.chunk)) this.#from.pause();
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** Two ends, and a lane each way. */
class Connection {
  readonly near: Socket;
  readonly far: Socket;
  readonly lanes: readonly Lane[];
  /** Neither end hears of the other any more. */
  isSilent = false;
  readonly #onClose: () => void;

  constructor(near: Socket, far: Socket, weather: Record<Direction, Weather>, onClose: () => void) {
    this.#onClose = onClose;
    this.near = near;
    this.far = far;
    this.lanes = [
      new Lane(near, far, weather['to server']),
      new Lane(far, near, weather['to client']),
    ];
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => {
        // The other end hears of it by the close.
      });
      socket.on('close', (hadError) => {
        if (this.isSilent) return;
        if (hadError) other.resetAndDestroy();
        if (near.destroyed && far.destroyed) onClose();
      });
    }
  }

  get isTorn(): boolean {
    return this.isSilent || this.lanes.some((lane) => lane.isTorn);
  }

  /** Both ends are told that the connection is no more. */
  reset(): void {
    this.isSilent = false;
    for (const lane of this.lanes) lane.stop();
    for (const socket of [this.near, this.far]) socket.resetAndDestroy();
    this.#onClose();
  }
}

/**
 * Stands between clients and a server on this machine and is a bad network on demand. Faults add up until
 * `heal`. Bytes are never reordered or changed: a connection that lost some is reset when all is well again,
 * as TCP doesn't let anything follow a gap.
 */
export class FaultProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #toPort: number;
  readonly #connections = new Set<Connection>();
  readonly #weather: Record<Direction, Weather> = {
    'to server': { delayMs: 0, fate: 'passed' },
    'to client': { delayMs: 0, fate: 'passed' },
  };
  #newOnes: 'welcome' | 'refused' | 'swallowed' = 'welcome';

  constructor(server: Server, toPort: number) {
    this.#server = server;
    this.#toPort = toPort;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (near: Socket) => this.#accept(near));
  }

  /** How many connections there are, dead ones that nobody was told about included. */
  get connections(): number {
    return this.#connections.size;
  }

  /** What comes from now on takes so much longer, ms. */
  delay(direction: Direction, delayMs: number): void {
    this.#weather[direction].delayMs = delayMs;
  }

  /** What goes this way arrives when all is well again; the other way it flows. */
  hold(direction: Direction): void {
    this.#weather[direction].fate = 'held';
  }

  /** What goes this way is thrown away; the other way it flows. */
  lose(direction: Direction): void {
    this.#weather[direction].fate = 'lost';
  }

  /** All connections are reset, at both ends. New ones work. */
  reset(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /** Half-open: the connections there are carry nothing any more, and neither end is told. */
  freeze({ newOnes = false }: { readonly newOnes?: boolean } = {}): void {
    for (const connection of this.#connections) {
      connection.isSilent = true;
      for (const lane of connection.lanes) lane.isTorn = true;
    }
    if (newOnes) this.#newOnes = 'swallowed';
  }

  /** New connections are reset as soon as they are made. Those there are go on. */
  refuse(): void {
    this.#newOnes = 'refused';
  }

  /** All is well again. What was held arrives; connections that lost something are reset. */
  heal(): void {
    this.#newOnes = 'welcome';
    for (const weather of Object.values(this.#weather)) {
      weather.delayMs = 0;
      weather.fate = 'passed';
    }
    for (const connection of this.#connections) {
      if (connection.isTorn) connection.reset();
      for (const lane of connection.lanes) lane.pass();
    }
  }

  async close(): Promise<void> {
    for (const connection of this.#connections) connection.reset();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    if (this.#newOnes === 'refused') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.#toPort, host: '127.0.0.1', allowHalfOpen: true });
    const connection = new Connection(near, far, this.#weather, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    if (this.#newOnes === 'swallowed') {
      connection.isSilent = true;
      for (const lane of connection.lanes) lane.isTorn = true;
    }
  }
}

export async function startFaultProxy(toPort: number): Promise<FaultProxy> {
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new FaultProxy(server, toPort);
}
