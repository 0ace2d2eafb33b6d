import type { Socket } from 'node:net';
import { APP } from '../users.ts';
import { type Crowd, type OnDelivered, openSocket, Replies } from './crowd.ts';
import { Occurrences } from './occurrences.ts';

export interface StreamOptions {
  readonly port: number;
  readonly users: readonly { readonly id: string; readonly token: string }[];
}

/** Users who each follow all of them by a stream of Porchlight's, and set their own presence. */
export async function streamCrowd(
  { port, users }: StreamOptions,
  onDelivered: OnDelivered,
): Promise<Crowd> {
  const ids = JSON.stringify({ ids: users.map(({ id }) => id) });
  const answers = { expected: 0, good: 0 };
  const clients: Client[] = [];
  for (const { id, token } of users) {
    const client = new Client(id, token, port, answers, onDelivered);
    clients.push(client);
    await client.watch(ids);
  }
  return {
    size: clients.length,
    change: (index) => clients[index]?.change(),
    get complaint() {
      const { expected, good } = answers;
      return good === expected ? undefined : `of ${expected} requests, ${good} were answered well`;
    },
  };
}

/** Its stream takes up one connection, its requests another. */
class Client {
  readonly #id: string;
  readonly #token: string;
  readonly #stream: Socket;
  readonly #requests: Socket;
  readonly #answers: { expected: number; good: number };
  readonly #replies = new Replies();
  readonly #events = new Occurrences('event: presence\n');
  readonly #good = new Occurrences('HTTP/1.1 200 ');
  #isWatching = false;
  #isBusy = false;

  constructor(
    id: string,
    token: string,
    port: number,
    answers: { expected: number; good: number },
    onDelivered: OnDelivered,
  ) {
    this.#id = id;
    this.#token = token;
    this.#answers = answers;
    this.#stream = openSocket(port, (chunk) => {
      if (this.#isWatching) onDelivered(this.#events.add(chunk));
      else this.#replies.add(chunk);
    });
    this.#requests = openSocket(port, (chunk) => {
      answers.good += this.#good.add(chunk);
    });
  }

  async watch(ids: string): Promise<void> {
    this.#post(this.#stream, '/porchlight/presences/stream', ids);
    await this.#replies.until('event: snapshot\n');
    await this.#replies.until('\n\n');
    this.#isWatching = true;
  }

  change(): void {
    this.#isBusy = !this.#isBusy;
    const pair = this.#isBusy
      ? { availability: 'Busy', activity: 'InACall' }
      : { availability: 'Available', activity: 'Available' };
    const body = JSON.stringify({ sessionId: APP, ...pair, expirationDuration: 'PT1H' });
    this.#answers.expected++;
    this.#post(this.#requests, `/v1.0/users/${this.#id}/presence/setPresence`, body);
  }

  #post(socket: Socket, path: string, body: string): void {
    socket.write(
      `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${this.#token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }
}
