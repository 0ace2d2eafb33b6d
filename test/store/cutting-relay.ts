import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a store and Redis, and cuts the connection after Redis was asked and before its answer is back. */
export class CuttingRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #waiting: (() => void)[] = [];
  #sought: Buffer | undefined;
  #onCut: (() => void) | undefined;
  #isShut = false;

  constructor(toPort: number) {
    this.#server = createServer((near) => {
      const far = connect(toPort, '127.0.0.1');
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on('error', () => {
          // The other end hears of it by the close.
        });
      }
      near.on('close', () => far.destroy());
      far.on('close', () => near.destroy());
      const join = () => {
        near.on('data', (bytes) => {
          if (this.#sought !== undefined && bytes.includes(this.#sought)) this.#cut(near, far);
          far.write(bytes);
        });
        far.pipe(near);
      };
      if (this.#isShut) this.#waiting.push(join);
      else join();
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Resolves when Redis has answered a question that has this in it, and nobody will hear the answer. */
  async cutAnswerTo(sought: string): Promise<void> {
    this.#sought = Buffer.from(sought);
    await new Promise<void>((resolve) => {
      this.#onCut = resolve;
    });
  }

  /** New connections wait until it is opened. */
  shut(): void {
    this.#isShut = true;
  }

  open(): void {
    this.#isShut = false;
    for (const join of this.#waiting.splice(0)) join();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #cut(near: Socket, far: Socket): void {
    this.#sought = undefined;
    far.unpipe(near);
    far.once('data', () => {
      near.destroy();
      this.#onCut?.();
    });
    far.resume();
  }
}

export async function startCuttingRelay(toPort: number): Promise<CuttingRelay> {
  const relay = new CuttingRelay(toPort);
  await relay.listen();
  return relay;
}
