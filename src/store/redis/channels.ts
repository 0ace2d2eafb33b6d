import { randomBytes } from 'node:crypto';
import { Hints } from '../hints.ts';
import type { Link } from './link.ts';
import type { Partition } from './partition.ts';

/**
 * Who wants to hear that something was written. Our own writes are told of at once, those of others by
 * the channels of each partition.
 */
export class Channels {
  /** What our scripts say on the channels, so that we don't hear ourselves. */
  readonly origin = randomBytes(6).toString('hex');
  readonly #partitions: readonly Partition[];
  readonly #changes = new Hints<[partition: number]>();
  readonly #documents = new Map<number, Hints>();

  constructor(partitions: readonly Partition[]) {
    this.#partitions = partitions;
    for (const { number } of partitions) this.#documents.set(number, new Hints());
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
    this.#changes.give(partition);
  }

  /** Documents of a partition were written. */
  written(partition: number): void {
    this.#documents.get(partition)?.give();
  }

  onChanges(listener: (partition: number) => void): () => void {
    return this.#changes.listen(listener);
  }

  onWritten(partition: number, listener: () => void): () => void {
    return this.#documents.get(partition)?.listen(listener) ?? (() => {});
  }

  clear(): void {
    this.#changes.clear();
    for (const hints of this.#documents.values()) hints.clear();
  }
}
