import { openSocket, Replies } from './crowd.ts';
import { Occurrences } from './occurrences.ts';

/** Where a stream is asked for, by whom, and about whom. */
export interface StreamRequest {
  readonly port: number;
  readonly token: string;
  /** JSON of the body: `{"ids": […]}`. */
  readonly body: string;
}

/** Follows users by a stream of Porchlight's; resolves when it has their snapshot. */
export async function openStream(
  { port, token, body }: StreamRequest,
  onDelivered: (count: number) => void,
): Promise<{ close(): void }> {
  const replies = new Replies();
  const events = new Occurrences('event: presence\n');
  let isWatching = false;
  const socket = openSocket(port, (chunk) => {
    if (isWatching) onDelivered(events.add(chunk));
    else replies.add(chunk);
  });
  socket.write(post('/porchlight/presences/stream', token, body));
  await replies.until('event: snapshot\n');
  await replies.until('\n\n');
  isWatching = true;
  return { close: () => socket.destroy() };
}

/** A request as bytes. `body` is ASCII. */
export function post(path: string, token: string, body: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}
