import { connect, type Socket } from 'node:net';

/** Users who all watch each other, as clients of some server. */
export interface Crowd {
  readonly size: number;
  /** Changes the presence of the user of this number, who sees it too. */
  change(index: number): void;
  /** Why a server's answer isn't as it should be, if one was not. */
  readonly complaint: string | undefined;
}

/** Told how many changes have arrived at one of them. */
export type OnDelivered = (count: number) => void;

/** One for all connections: what is in it was looked at when the next one reads. */
const readBuffer = Buffer.alloc(256 * 1024);

/** A connection of bytes, read with as little work as Node allows: the load shares the machine. */
export function openSocket(port: number, onBytes: (chunk: Buffer) => void): Socket {
  const socket = connect({
    port,
    host: '127.0.0.1',
    noDelay: true,
    onread: {
      buffer: readBuffer,
      callback(length, buffer) {
        onBytes(Buffer.from(buffer.buffer, buffer.byteOffset, length));
        return true;
      },
    },
  });
  socket.on('error', (error) => {
    throw error;
  });
  return socket;
}

/** What a server says until it has said this much, as text. */
export class Replies {
  #text = '';
  #wanted: { readonly what: string; resolve(text: string): void } | undefined;

  add(chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
    this.#look();
  }

  /** Resolves with everything up to and including `what`, said already or to come. */
  until(what: string): Promise<string> {
    return new Promise((resolve) => {
      this.#wanted = { what, resolve };
      this.#look();
    });
  }

  #look(): void {
    if (this.#wanted === undefined) return;
    const { what, resolve } = this.#wanted;
    const at = this.#text.indexOf(what);
    if (at === -1) return;
    const said = this.#text.slice(0, at + what.length);
    this.#text = this.#text.slice(at + what.length);
    this.#wanted = undefined;
    resolve(said);
  }
}
