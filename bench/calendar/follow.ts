import { answer } from '../child.ts';
import { openSocket } from '../fan-out/crowd.ts';
import { Occurrences } from '../fan-out/occurrences.ts';
import { sharedMs } from '../one-clock.ts';

export interface FollowOptions {
  readonly port: number;
  readonly token: string;
  /** It is told of every change after this place. */
  readonly place: string;
}

/** So many events had come by this instant of the shared clock. */
export type Arrival = readonly [count: number, atMs: number];

const arrivals: Arrival[] = [];
const events = new Occurrences('event: presence\n');
let count = 0;
let expected = Number.POSITIVE_INFINITY;
let onAll = () => {};

function told(chunk: Buffer): void {
  const more = events.add(chunk);
  if (more === 0) return;
  count += more;
  arrivals.push([count, sharedMs()]);
  if (count >= expected) onAll();
}

answer({
  /** Follows everyone of the token's tenant by a stream. */
  follow({ port, token, place }: FollowOptions) {
    const path = `/porchlight/presences/stream?lastEventId=${encodeURIComponent(place)}`;
    const head = `GET ${path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${token}\r\n\r\n`;
    openSocket(port, told).write(head);
  },

  /** Resolves once so many events have come. */
  async until(events: number): Promise<readonly Arrival[]> {
    expected = events;
    if (count < events) {
      await new Promise<void>((resolve) => {
        onAll = resolve;
      });
    }
    return arrivals;
  },
});
