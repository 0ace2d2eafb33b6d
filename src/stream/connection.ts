import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type EndReason, endEvent } from './events.ts';

/** How long a client may take to read the rest of a stream that was ended. */
const LINGER_MS = 3000;

/** One client's connection, from the head of the answer to its end. */
export class Connection {
  readonly #response: ServerResponse;
  readonly #socket: Socket;
  readonly #lingerMs: number;
  #isOpen: boolean;

  /** `onClosed` is called when the client goes or everything was said; not if it is gone already. */
  constructor(response: ServerResponse, onClosed: () => void, lingerMs = LINGER_MS) {
    this.#lingerMs = lingerMs;
    this.#response = response;
    // The response itself hears of the end only once its turn on the connection has come.
    this.#socket = response.req.socket;
    this.#isOpen = !this.#socket.destroyed;
    this.#socket.once('close', () => {
      this.#isOpen = false;
      onClosed();
    });
  }

  /** Neither ended nor closed. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Bytes that the client hasn't taken yet, beyond what the system buffers. */
  get backlog(): number {
    return this.#response.writableLength;
  }

  /** Resolves when the response's turn on the connection has come: answers go out in order. */
  async ready(): Promise<void> {
    if (this.#response.socket !== null || !this.#isOpen) return;
    await this.#either(this.#response, 'socket');
  }

  /** Text, once the connection is ready; the first of it takes the head of the answer along. */
  write(text: string): void {
    if (this.#isOpen) this.#response.write(text);
  }

  /** More, after the first text: past the response, which has nothing to add, as that costs less. */
  writeBytes(bytes: Buffer): void {
    if (this.#isOpen) this.#socket.write(bytes);
  }

  /** Resolves when the client has taken most of what was written, or is gone. */
  async drained(): Promise<void> {
    if (this.#isOpen && this.#socket.writableNeedDrain) await this.#either(this.#socket, 'drain');
  }

  /** Says why, and hangs up; on a client that doesn't read on, after a while. */
  end(reason: EndReason): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#response.end(endEvent(reason));
    const linger = setTimeout(() => this.#socket.destroy(), this.#lingerMs);
    linger.unref();
    this.#socket.once('close', () => clearTimeout(linger));
  }

  #either(emitter: ServerResponse | Socket, event: 'socket' | 'drain'): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        emitter.off(event, done);
        this.#socket.off('close', done);
        resolve();
      };
      emitter.on(event, done);
      this.#socket.on('close', done);
    });
  }
}
