import type { Socket } from 'node:net';
import { type Crowd, type OnDelivered, openSocket, Replies } from './crowd.ts';
import { Occurrences } from './occurrences.ts';

export interface XmppOptions {
  readonly port: number;
  readonly host: string;
  /** Their password is their name. */
  readonly users: readonly string[];
}

/** Log in at once; each costs a server more than a presence. */
const AT_ONCE = 10;

/** Users who are in each other's roster, as clients of XMPP (RFC 6120, RFC 6121). */
export async function xmppCrowd(options: XmppOptions, onDelivered: OnDelivered): Promise<Crowd> {
  const clients: Client[] = options.users.map((user) => new Client(user, options, onDelivered));
  for (let first = 0; first < clients.length; first += AT_ONCE) {
    await Promise.all(clients.slice(first, first + AT_ONCE).map((client) => client.logIn()));
  }
  return {
    size: clients.length,
    change: (index) => clients[index]?.change(),
    complaint: undefined,
  };
}

class Client {
  readonly #user: string;
  readonly #host: string;
  readonly #socket: Socket;
  readonly #replies = new Replies();
  readonly #stanzas = new Occurrences('<presence');
  #isOnline = false;
  #isBusy = false;

  constructor(user: string, { port, host }: XmppOptions, onDelivered: OnDelivered) {
    this.#user = user;
    this.#host = host;
    this.#socket = openSocket(port, (chunk) => {
      if (this.#isOnline) onDelivered(this.#stanzas.add(chunk));
      else this.#replies.add(chunk);
    });
  }

  async logIn(): Promise<void> {
    await this.#openStream();
    const secret = Buffer.from(`\0${this.#user}\0${this.#user}`).toString('base64');
    this.#socket.write(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${secret}</auth>`,
    );
    await this.#replies.until('<success');
    await this.#replies.until('>');
    await this.#openStream();
    this.#socket.write(
      "<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>",
    );
    await this.#replies.until('</iq>');
    this.#isOnline = true;
    this.#socket.write('<presence/>');
  }

  change(): void {
    this.#isBusy = !this.#isBusy;
    this.#socket.write(`<presence><show>${this.#isBusy ? 'dnd' : 'away'}</show></presence>`);
  }

  async #openStream(): Promise<void> {
    this.#socket.write(
      `<?xml version='1.0'?><stream:stream to='${this.#host}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`,
    );
    await this.#replies.until('</stream:features>');
  }
}
