import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/**
 * Writes bytes to the server as they are, and reads until it hangs up. `end` closes our half once all is
 * written; without it the connection waits as a slow client's would.
 */
export async function sendRaw(
  origin: string,
  chunks: readonly (string | Uint8Array)[],
  { end = false } = {},
): Promise<RawAnswer> {
  const { socket, answer } = openRaw(origin);
  for (const chunk of chunks) socket.write(chunk);
  if (end) socket.end();
  return answer;
}

/** A connection to write to by hand, and what the server will have said when it hangs up. */
export function openRaw(origin: string): { socket: Socket; answer: Promise<RawAnswer> } {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  const received: Buffer[] = [];
  const answer = new Promise<RawAnswer>((resolve) => {
    const finish = () => {
      socket.destroy();
      resolve(parseAnswer(Buffer.concat(received).toString()));
    };
    socket.on('data', (chunk) => received.push(chunk));
    // A server that refuses a body may hang up while it is still being sent.
    socket.on('error', finish);
    socket.on('end', finish);
  });
  return { socket, answer };
}

function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = text.slice(0, Math.max(end, 0)).split('\r\n');
  return {
    status: Number(statusLine.split(' ')[1] ?? 0),
    headers: new Map(
      lines.map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
      }),
    ),
    text: text.slice(end + 4),
  };
}

/** A request written by hand; `Connection: close`, so that reading ends with the answer. */
export function rawRequest(
  requestLine: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries({ Host: 'porchlight.example', Connection: 'close', ...headers });
  return `${requestLine} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
}

/** A connection whose half stays open until we close it. */
export function openRawSocket(hostname: string, port: number): Socket {
  const socket = connect({ host: hostname, port, allowHalfOpen: true });
  // Nobody reads what comes, but it must not keep the end from being seen.
  socket.resume();
  socket.on('error', () => {});
  return socket;
}
