import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Random } from '../crash/random.ts';
import type { FastTime } from './fast-time.ts';

/** The ways in which a call fails, as the receiver does it. */
export const FAILURES = [
  'status 500',
  'status 413',
  'redirect',
  'reset before the body was read',
  'reset after the body was read',
  'hang',
  'too late',
  'garbage',
  'endless answer',
  'answer cut off',
] as const;
export type Failure = (typeof FAILURES)[number];

/** Of all calls, as long as the receiver isn't well. */
const FAILING_SHARE = 0.3;
/** Below and above how long the server waits for an answer. */
const LATE_MS = { least: 160, most: 400 };
const PROMPT_MS = { least: 1, most: 15 };

/** Where a call is from; instants are by the machine's clock. */
export interface Sent {
  /** The process that sent it. */
  readonly life: string;
  /** When it was last asked whether it may be sent. */
  readonly sentMs: number;
  /** When all of it was here. */
  readonly hereMs: number;
}

/** A call whose body has arrived, whatever was answered. */
export interface Call {
  readonly path: string;
  readonly body: string;
  /** When it arrived, by the server's clock or a little later. */
  readonly atMs: number;
  readonly sent: Sent;
}

/** An application that takes notifications, and is in a bad way: a real server on this machine. */
export class MoodyReceiver {
  /** In the order of their arrival. */
  readonly calls: Call[] = [];
  readonly failures = new Map<Failure, number>();
  /** Requests that followed a redirect. */
  trapped = 0;
  isWell = true;
  /** How every call to one of its paths fails. */
  away: { readonly path: string; readonly failure: Failure } | undefined;
  answered = 0;
  readonly #random: Random;
  readonly #time: FastTime;
  readonly #connections = new Set<Socket>();
  readonly #waiting = new Set<() => void>();
  readonly #server = createServer((request, response) => this.#take(request, response));
  readonly #trap = createServer((_, response) => {
    this.trapped++;
    response.end();
  });
  /** Failures yet to come before any comes again. */
  #deck: Failure[] = [];

  constructor(random: Random, time: FastTime) {
    this.#random = random;
    this.#time = time;
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#connections.delete(socket);
        this.#look();
      });
    });
  }

  async open(): Promise<void> {
    for (const server of [this.#server, this.#trap]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      server.unref();
    }
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get #trapOrigin(): string {
    return `http://127.0.0.1:${(this.#trap.address() as AddressInfo).port}`;
  }

  /** Resolves when so many more calls have come that are of interest. */
  more(count: number, isOfInterest: (call: Call) => boolean = () => true): Promise<void> {
    const from = this.calls.length;
    return this.#until(() => this.calls.slice(from).filter(isOfInterest).length >= count);
  }

  /** Resolves when nobody is connected: all that a dead server had sent was read. */
  alone(): Promise<void> {
    return this.#until(() => this.#connections.size === 0);
  }

  async close(): Promise<void> {
    for (const server of [this.#server, this.#trap]) {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    }
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '', this.origin);
    const token = searchParams.get('validationToken');
    request.on('error', () => {});
    response.on('error', () => {});
    if (token !== null) {
      response.writeHead(200, { 'content-type': 'text/plain' }).end(token);
      return;
    }
    const failure = this.#failureOf(pathname);
    if (failure !== undefined) this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
    if (failure === 'reset before the body was read') {
      request.socket.resetAndDestroy();
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.once('end', () => {
      const { headers } = request;
      const sent = {
        life: String(headers['x-life']),
        sentMs: Number(headers['x-sent-ms']),
        hereMs: Date.now(),
      };
      this.calls.push({ path: pathname, body, atMs: this.#time.nowMs(), sent });
      this.#answer(failure, request.socket, response);
      this.#look();
    });
  }

  #failureOf(path: string): Failure | undefined {
    if (this.isWell) return undefined;
    if (this.away?.path === path) return this.away.failure;
    if (!this.#random.chance(FAILING_SHARE)) return undefined;
    if (this.#deck.length === 0) this.#deck = this.#random.some(FAILURES, FAILURES.length);
    return this.#deck.pop();
  }

  #answer(failure: Failure | undefined, socket: Socket, response: ServerResponse): void {
    const end = (status: number) => () => response.writeHead(status).end();
    switch (failure) {
      case undefined:
        this.answered++;
        setTimeout(end(202), this.#random.between(PROMPT_MS.least, PROMPT_MS.most));
        return;
      case 'status 500':
        return void end(500)();
      case 'status 413':
        return void end(413)();
      case 'redirect':
        return void response.writeHead(302, { location: `${this.#trapOrigin}/` }).end();
      case 'reset after the body was read':
        return void socket.resetAndDestroy();
      case 'too late':
        setTimeout(end(202), this.#random.between(LATE_MS.least, LATE_MS.most));
        return;
      case 'garbage':
        return void socket.end('220 mail.example ESMTP ready\r\n');
      case 'endless answer': {
        const go = () => response.write('and so on, '.repeat(6000));
        response.writeHead(200).on('drain', go);
        go();
        return;
      }
      case 'answer cut off':
        response.writeHead(202, { 'content-length': 100 }).write('accept');
        setImmediate(() => socket.destroy());
        return;
      default:
        // It hangs.
        return;
    }
  }
}
