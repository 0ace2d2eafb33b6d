import { randomBytes } from 'node:crypto';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';

type Listener = (partition: number) => void;

/**
 * Who wants to hear that something was written. Our own writes are told of at once, those of others by
 * the channels of each partition.
 */
export class Hints {
  /** What our scripts say on the channels, so that we don't hear ourselves. */
  readonly origin = randomBytes(6).toString('hex');
  readonly #partitions: readonly Partition[];
  readonly #changes = new Set<Listener>();
  readonly #documents = new Map<number, Set<Listener>>();

  constructor(partitions: readonly Partition[]) {
    this.#partitions = partitions;
    for (const { number } of partitions) this.#documents.set(number, new Set());
  }

  /** Hears what others say from now on. @throws StoreUnavailable */
  async listen(link: Link): Promise<void> {
    const heard = new Map<string, () => void>();
    for (const { number, keys } of this.#partitions) {
      heard.set(keys.changes, () => this.changed(number));
      heard.set(keys.documents, () => this.written(number));
    }
    // Whatever was said meanwhile.
    link.onBack(() => {
      for (const tell of heard.values()) tell();
    });
    await link.listen([...heard.keys()], (channel, origin?: string) => {
      if (origin !== this.origin) heard.get(channel)?.();
    });
  }

  /** The feed of a partition has more. */
  changed(partition: number): void {
    tell(this.#changes, partition);
  }

  /** Documents of a partition were written. */
  written(partition: number): void {
    tell(this.#documents.get(partition), partition);
  }

  onChanges(listener: Listener): () => void {
    return added(this.#changes, listener);
  }

  onWritten(partition: number, listener: () => void): () => void {
    return added(this.#documents.get(partition), listener);
  }

  clear(): void {
    this.#changes.clear();
    for (const listeners of this.#documents.values()) listeners.clear();
  }
}

function tell(listeners: Iterable<Listener> = [], partition: number): void {
  for (const listener of listeners) queueMicrotask(() => listener(partition));
}

function added(listeners: Set<Listener> | undefined, listener: Listener): () => void {
  // One of its own, as the same listener may come twice.
  const own: Listener = (partition) => listener(partition);
  listeners?.add(own);
  return () => listeners?.delete(own);
}
