import type { Socket } from 'node:net';
import { APP } from '../users.ts';
import { type Crowd, type OnDelivered, openSocket } from './crowd.ts';
import { Occurrences } from './occurrences.ts';
import { openStream, post } from './open-stream.ts';

export interface StreamOptions {
  readonly port: number;
  readonly users: readonly { readonly id: string; readonly token: string }[];
}

/** Users who each follow all of them by a stream of Porchlight's, and set their own presence. */
export async function streamCrowd(
  { port, users }: StreamOptions,
  onDelivered: OnDelivered,
): Promise<Crowd> {
  const body = JSON.stringify({ ids: users.map(({ id }) => id) });
  let expected = 0;
  let good = 0;
  const onGood = (count: number) => {
    good += count;
  };
  for (const { token } of users) await openStream({ port, token, body }, onDelivered);
  const clients = users.map(({ id, token }) => new Client(id, token, port, onGood));
  return {
    size: clients.length,
    change(index) {
      expected++;
      clients[index]?.change();
    },
    get complaint() {
      return good === expected ? undefined : `of ${expected} requests, ${good} were answered well`;
    },
  };
}

/** Sets one user's presence by HTTP, on a connection beside that of the stream. */
class Client {
  readonly #id: string;
  readonly #token: string;
  readonly #port: number;
  readonly #onGood: (count: number) => void;
  #socket: Socket | undefined;
  #isBusy = false;

  constructor(id: string, token: string, port: number, onGood: (count: number) => void) {
    this.#id = id;
    this.#token = token;
    this.#port = port;
    this.#onGood = onGood;
  }

  change(): void {
    this.#isBusy = !this.#isBusy;
    const pair = this.#isBusy
      ? { availability: 'Busy', activity: 'InACall' }
      : { availability: 'Available', activity: 'Available' };
    const body = JSON.stringify({ sessionId: APP, ...pair, expirationDuration: 'PT1H' });
    this.#socket ??= this.#connect();
    this.#socket.write(post(`/v1.0/users/${this.#id}/presence/setPresence`, this.#token, body));
  }

  /** The server hangs up on connections that are idle for some seconds. */
  #connect(): Socket {
    const good = new Occurrences('HTTP/1.1 200 ');
    const socket = openSocket(this.#port, (chunk) => this.#onGood(good.add(chunk)));
    socket.once('close', () => {
      this.#socket = undefined;
    });
    return socket;
  }
}
