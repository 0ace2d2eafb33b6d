import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type Socket } from 'node:net';
import { type Failure, failed, failureOf, type Phase } from './failure.ts';
import type { OutboundRequest } from './outbound.ts';
import type { Target } from './target.ts';

/** Of an answer's header: Node's default, whatever this process was started with. */
const MOST_HEADER_BYTES = 16 * 1024;

/** How a connection fails that the other side had hung up already. */
const HUNG_UP = ['ECONNRESET', 'EPIPE'];

export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** `stale`: a kept connection turned out to be closed, and nothing was received on it. */
export type AttemptOutcome = Answer | Failure | { readonly kind: 'stale' };

/** A request on a connection of the agent's, to a target that was checked. */
export class Attempt {
  /** Never rejects; stays open after `abort`. */
  readonly outcome: Promise<AttemptOutcome>;
  readonly #target: Target;
  readonly #request: OutboundRequest;
  #phase: Phase = 'waiting for its turn';
  #sent: http.ClientRequest | undefined;
  #isOver = false;
  #hasReceived = false;
  #resolve: (outcome: AttemptOutcome) => void = () => {};

  constructor(target: Target, request: OutboundRequest, agent: http.Agent) {
    this.#target = target;
    this.#request = request;
    this.outcome = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#send(agent);
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Hangs up, unless it is over already. */
  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#sent?.destroy();
  }

  #send(agent: http.Agent): void {
    try {
      const options = optionsFor(this.#target, this.#request, agent);
      const isTls = this.#target.url.protocol === 'https:';
      this.#sent = isTls ? https.request(options) : http.request(options);
    } catch {
      // A header or path that is none; Node's message would quote it.
      this.#end(failed('malformed', 'the request cannot be put into HTTP'));
      return;
    }
    this.#sent
      .once('socket', (socket) => this.#follow(socket))
      .once('response', (response) => this.#read(response))
      .once('upgrade', (_, socket) => {
        socket.destroy();
        this.#end(failed('malformed', 'it answered by changing protocols'));
      })
      // Also after the end: an error that nobody listens for ends the process.
      .on('error', (error) => this.#fail(error))
      // With an answer begun, this may come before the end of it was read.
      .once('close', () => {
        if (this.#phase !== 'reading the answer') this.#closed();
      })
      .end(this.#request.body);
  }

  #end(outcome: AttemptOutcome): void {
    if (this.#isOver) return;
    this.#isOver = true;
    // An answer may come before all was sent: the next request must not follow half of this one.
    if (outcome.kind !== 'answered' || !this.#sent?.writableFinished) this.#sent?.destroy();
    this.#resolve(outcome);
  }

  /** Whatever happened, nothing more will. */
  #closed(): void {
    this.#end(failed('unreachable', `the connection was closed while ${this.#phase}`));
  }

  #fail(error: NodeJS.ErrnoException): void {
    const isStale =
      this.#sent?.reusedSocket === true && !this.#hasReceived && HUNG_UP.includes(error.code ?? '');
    this.#end(isStale ? { kind: 'stale' } : failureOf(error, this.#phase));
  }

  #follow(socket: Socket): void {
    const enter = (phase: Phase) => () => {
      this.#phase = phase;
    };
    const waiting = enter('waiting for the answer');
    if (!socket.connecting) {
      waiting();
      // Raw bytes: half a status line is an answer begun. Without any, the connection is done with.
      socket.once('data', () => {
        this.#hasReceived = true;
      });
      return;
    }
    const connecting = enter('connecting');
    connecting();
    if (isIP(this.#target.host) === 0) {
      this.#phase = 'looking the name up';
      socket.once('lookup', connecting);
    }
    const isTls = this.#target.url.protocol === 'https:';
    socket.once('connect', isTls ? enter('agreeing on TLS') : waiting);
    if (isTls) socket.once('secureConnect', waiting);
  }

  #read(response: http.IncomingMessage): void {
    this.#phase = 'reading the answer';
    const { maxReplyBytes } = this.#request;
    const tooLarge = () =>
      this.#end(failed('too large', `the answer is longer than ${maxReplyBytes} bytes`));
    const { headers, statusCode = 0 } = response;
    if (Number(headers['content-length']) > maxReplyBytes) tooLarge();

    const chunks: Buffer[] = [];
    let bytes = 0;
    response
      .on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxReplyBytes) tooLarge();
        else chunks.push(chunk);
      })
      .on('error', (error) => this.#fail(error))
      .once('end', () => {
        const whole = Buffer.concat(chunks);
        const contentType = headers['content-type'] ?? '';
        const { wantedHeaders, wantsBytes = false } = this.#request;
        this.#end({
          kind: 'answered',
          status: statusCode,
          contentType,
          ...(wantedHeaders && { headers: only(wantedHeaders, headers) }),
          body: wantsBytes ? '' : whole.toString('utf8'),
          // A copy of its own: what small buffers are cut from would go along to a thread as a whole.
          ...(wantsBytes && { bytes: new Uint8Array(whole) }),
        });
      })
      .once('close', () => this.#closed());
  }
}

function only(
  wanted: readonly string[],
  headers: http.IncomingHttpHeaders,
): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of wanted) {
    const value = headers[name];
    if (value !== undefined) found[name] = String(value);
  }
  return found;
}

function optionsFor(
  { url, host, port, reach }: Target,
  { method, headers, body }: OutboundRequest,
  agent: http.Agent,
): https.RequestOptions {
  const own: http.OutgoingHttpHeaders = {
    host: url.host,
    'user-agent': 'Porchlight',
    // What is counted is what is read: there is nothing to unpack.
    'accept-encoding': 'identity',
  };
  if (method === 'POST' || body !== undefined) {
    own['content-length'] = Buffer.byteLength(body ?? '');
  }
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  const options = {
    agent,
    method,
    host,
    port,
    path: url.pathname + url.search,
    headers: { ...Object.fromEntries(given), ...own },
    // The name in the certificate has no dot at its end, and addresses are not named in SNI (RFC 6066).
    servername: isIP(host) === 0 ? host.replace(/\.$/, '') : '',
    maxHeaderSize: MOST_HEADER_BYTES,
    insecureHTTPParser: false,
    // For the agent, which keeps the connection to it.
    reach,
  };
  return options;
}
