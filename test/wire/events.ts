import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** One event of a stream, as the WHATWG's parser dispatches it. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string;
  readonly data: string;
}

export interface EventsOptions {
  readonly token: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent with POST. */
  readonly body?: object;
}

/**
 * A client of a stream that keeps what it gets: over a connection of its own, with a parser of its own,
 * so that every byte of the answer is looked at.
 */
export class EventStream {
  /** Everything that came after the head. */
  text = '';
  /** Comments, without their colon. */
  readonly comments: string[] = [];
  readonly events: StreamEvent[] = [];
  /** Id of the last event, as a client sends it when it comes back. */
  lastEventId = '';
  readonly response: IncomingMessage;
  isClosed = false;
  readonly #sent: ClientRequest;
  #rest = '';
  #news: () => void = () => {};

  constructor(sent: ClientRequest, response: IncomingMessage) {
    this.#sent = sent;
    this.response = response;
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      this.text += chunk;
      this.#rest += chunk;
      this.#parse();
      this.#news();
    });
    const closed = () => {
      this.isClosed = true;
      this.#news();
    };
    response.on('error', closed);
    response.on('close', closed);
  }

  /** Waits until `isSo`, and fails if the stream ends before. */
  async until(isSo: (stream: this) => boolean): Promise<void> {
    while (!isSo(this)) {
      if (this.isClosed) throw new Error(`the stream has ended after ${JSON.stringify(this.text)}`);
      await this.#more();
    }
  }

  /** Waits for the next event that wasn't taken yet, or that many of them. */
  async next(): Promise<StreamEvent> {
    await this.until(({ events }) => events.length > 0);
    const [event] = this.events.splice(0, 1);
    if (event === undefined) throw new Error('an event was lost');
    return event;
  }

  async closed(): Promise<void> {
    while (!this.isClosed) await this.#more();
  }

  /** Hangs up, as a client does that has enough. */
  hangUp(): void {
    this.#sent.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#news = resolve;
    });
  }

  #parse(): void {
    const blocks = this.#rest.split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) {
      let event = 'message';
      let data: string | undefined;
      for (const line of block.split('\n')) {
        const [, name = '', value = ''] = /^(\w*): ?(.*)$/.exec(line) ?? [];
        if (name === '') this.comments.push(value);
        else if (name === 'event') event = value;
        else if (name === 'id') this.lastEventId = value;
        else if (name === 'data') data = data === undefined ? value : `${data}\n${value}`;
      }
      if (data !== undefined) this.events.push({ event, id: this.lastEventId, data });
    }
  }
}

/** Opens a stream; resolves with its head, whatever its status. */
export function openEvents(url: string, options: EventsOptions): Promise<EventStream> {
  const { token, headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      },
      (response) => resolve(new EventStream(sent, response)),
    );
    sent.once('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
