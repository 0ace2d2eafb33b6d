import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { createDocumentTail, type DocumentTail } from '../presence/document-tail.ts';
import { DocumentsChanged } from '../store/errors.ts';
import type { PresenceStore } from '../store/store.ts';
import type { Endpoints } from './endpoints.ts';
import { keepLetter, LETTERS, type Letter, subscriptionOf } from './letter.ts';
import type { DeliveryTerms } from './terms.ts';

/** When what couldn't be forgotten is tried again. */
const RETRY_MS = 1000;

export interface LettersParts {
  readonly store: Pick<PresenceStore, 'documents' | 'partitionOf'>;
  readonly endpoints: Endpoints;
  readonly clock: Clock;
  readonly steadyClock: Clock;
  readonly terms: DeliveryTerms;
  readonly log: Logger;
  readonly isAlive: (subscriptionId: string) => boolean;
}

/**
 * Lifecycle notifications. Every server knows all that wait, and posts those of the subscriptions whose
 * home, the partition of their id, it holds. While a home changes hands a letter may come twice.
 */
export class Letters {
  readonly #parts: LettersParts;
  /** Those that are kept, with their documents' texts. */
  readonly #kept = new Map<string, { readonly letter: Letter; readonly text: string }>();
  readonly #homes = new Set<number>();
  /** Arrived, or given up, and not forgotten yet: the text of each under its id. */
  readonly #over = new Map<string, string>();
  #tail: DocumentTail | undefined;
  #forgetting: Promise<void> = Promise.resolve();
  #callOff: (() => void) | undefined;

  constructor(parts: LettersParts) {
    this.#parts = parts;
  }

  start(): void {
    const { store, steadyClock, log } = this.#parts;
    this.#tail = createDocumentTail({
      documents: store.documents,
      collection: LETTERS,
      steadyClock,
      onPut: (id, text) => this.#put(id, text),
      onRemoved: (id) => this.#remove(id),
      onError: (err) => log.error({ err }, 'reading lifecycle notifications failed'),
    });
  }

  async settled(): Promise<void> {
    await this.#tail?.settled();
    await this.#forgetting;
  }

  async stop(): Promise<void> {
    await this.#tail?.stop();
    await this.#forgetting;
    this.#callOff?.();
  }

  /** From now on it is this server that posts those of a home. */
  take(home: number): void {
    this.#homes.add(home);
    for (const { letter } of this.#of(home)) this.#parts.endpoints.post(letter);
  }

  /** Begins to post no more of a home; those under way may still arrive. */
  leave(home: number): void {
    this.#homes.delete(home);
    for (const { letter } of this.#of(home)) {
      if (!this.#isUnderWay(letter)) this.#boxOf(letter)?.withdraw(letter);
    }
  }

  /** Whether any of a home is under way. */
  isBusy(home: number): boolean {
    return this.#of(home).some(({ letter }) => this.#isUnderWay(letter));
  }

  /** What is under way of a home isn't sent again, whatever becomes of it. */
  lose(home: number): void {
    this.#homes.delete(home);
    for (const { letter } of this.#of(home)) this.#boxOf(letter)?.withdraw(letter);
  }

  /** Whether this one is to be sent, from here, and isn't yet: what it says covers all that is so far. */
  isWaiting(id: string): boolean {
    const letter = this.#kept.get(id)?.letter;
    if (letter === undefined || !this.#homes.has(this.#homeOf(letter))) return false;
    return !this.#isUnderWay(letter);
  }

  /** Keeps letters, to be posted by whoever's turn it is. */
  async write(letters: readonly Letter[]): Promise<void> {
    if (letters.length > 0) await this.#parts.store.documents.write(letters.map(keepLetter));
  }

  arrived(letters: readonly Letter[]): void {
    for (const letter of letters) this.#forget(letter);
    void this.#flush();
  }

  /** Those that could not be delivered, and are no longer this server's to post, are let go of. */
  returned(letters: readonly Letter[]): void {
    for (const letter of letters) {
      if (!this.#homes.has(this.#homeOf(letter))) this.#boxOf(letter)?.withdraw(letter);
    }
  }

  /** Gives up those that nobody took; `missed` waits as long as its subscription lives. */
  giveUpOld(): void {
    const { clock, terms, isAlive, log } = this.#parts;
    for (const { letter } of [...this.#kept.values()]) {
      if (!this.#homes.has(this.#homeOf(letter))) continue;
      if (clock.nowMs() - letter.sinceMs < terms.giveUpAfterMs) continue;
      const subscriptionId = subscriptionOf(letter);
      if (letter.id.endsWith('.missed') && isAlive(subscriptionId)) continue;
      this.#boxOf(letter)?.withdraw(letter);
      this.#forget(letter);
      log.warn({ subscriptionId, letter: letter.id }, 'gave up a lifecycle notification');
    }
    void this.#flush();
  }

  #put(id: string, text: string): void {
    this.#remove(id);
    const letter = JSON.parse(text) as Letter;
    this.#kept.set(id, { letter, text });
    if (this.#homes.has(this.#homeOf(letter))) this.#parts.endpoints.post(letter);
  }

  #remove(id: string): void {
    const known = this.#kept.get(id);
    if (known === undefined) return;
    this.#boxOf(known.letter)?.withdraw(known.letter);
    this.#kept.delete(id);
  }

  /** A newer one that took its place is another, and stays. */
  #forget(letter: Letter): void {
    const known = this.#kept.get(letter.id);
    if (known?.letter !== letter) return;
    this.#kept.delete(letter.id);
    this.#over.set(letter.id, known.text);
  }

  #flush(): Promise<void> {
    const write = async ([id, text]: [string, string]) => {
      const edit = { collection: LETTERS, id, text: undefined, was: text };
      try {
        await this.#parts.store.documents.write([edit]);
      } catch (error) {
        if (!(error instanceof DocumentsChanged)) throw error;
      }
      if (this.#over.get(id) === text) this.#over.delete(id);
    };
    this.#forgetting = this.#forgetting
      .then(() => Promise.all([...this.#over].map(write)))
      .then(
        () => {},
        (err: unknown) => this.#failed(err),
      );
    return this.#forgetting;
  }

  #failed(err: unknown): void {
    const { steadyClock, log } = this.#parts;
    log.warn({ err }, 'lifecycle notifications that arrived could not be forgotten');
    this.#callOff?.();
    this.#callOff = steadyClock.alarm(steadyClock.nowMs() + RETRY_MS, () => void this.#flush());
  }

  #of(home: number) {
    return [...this.#kept.values()].filter(({ letter }) => this.#homeOf(letter) === home);
  }

  #homeOf(letter: Letter): number {
    const { tenantId } = letter;
    return this.#parts.store.partitionOf({ tenantId, userId: subscriptionOf(letter) });
  }

  /** Where it waits; undefined for one that nothing leads to from here. */
  #boxOf({ tenantId, url }: Letter) {
    return this.#parts.endpoints.find(tenantId, url)?.letters;
  }

  #isUnderWay(letter: Letter): boolean {
    return this.#boxOf(letter)?.isUnderWay(letter) ?? false;
  }
}
