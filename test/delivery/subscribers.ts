import { makeEncryptionCertificate } from '../../src/auth/dev-certificates/encryption-certificate.ts';
import type { Random } from '../crash/random.ts';
import type { FastTime } from './fast-time.ts';
import { USERS } from './identity.ts';
import {
  briefWish,
  change,
  LATE_WISH,
  type Made,
  type Subscriber,
  subscribe,
  unsubscribe,
  type Wish,
  wishes,
} from './subscribing.ts';

/** The subscriptions of a run, and what becomes of them. */
export class Subscribers {
  readonly #random: Random;
  readonly #time: FastTime;
  readonly #subscriber: Subscriber;
  /** Those that were promised something. */
  readonly made: Made[] = [];

  constructor(random: Random, time: FastTime, { origin, token }: Omit<Subscriber, 'encryption'>) {
    this.#random = random;
    this.#time = time;
    this.#subscriber = { origin, token, encryption: makeEncryptionCertificate(Date.now()) };
  }

  get privateKey(): string {
    return this.#subscriber.encryption.privateKeyPem;
  }

  /** Before anything changes. */
  async subscribeFirst(server: () => string): Promise<void> {
    for (const wish of wishes(USERS)) await this.#subscribe(server(), wish, () => 0);
  }

  /** While everything changes: one more, one renewed, one moved. */
  async subscribeLate(server: string): Promise<void> {
    await this.#subscribe(server, LATE_WISH, () => this.#time.nowMs());
    const [first, second] = this.made;
    if (first === undefined || second === undefined) throw new Error('nobody has subscribed');
    await change(server, this.#subscriber, first.id, { nowMs: this.#time.nowMs() });
    await change(server, this.#subscriber, second.id, { path: '/moved' });
  }

  /** Renews one, or has another for a moment, unless the server is killed before. */
  begin(server: string): void {
    const random = this.#random;
    const nowMs = this.#time.nowMs();
    const subscriber = this.#subscriber;
    if (random.chance(0.2)) {
      change(server, subscriber, random.pick(this.made).id, { nowMs }).catch(() => {});
    }
    if (random.chance(0.4)) {
      this.subscribeBriefly(server)
        .then((id) => unsubscribe(server, subscriber, id))
        .catch(() => {});
    }
  }

  /** One that is promised nothing. */
  subscribeBriefly(server: string): Promise<string> {
    const random = this.#random;
    const wish = { ...briefWish(random.pick(USERS)), path: `/brief/${random.next()}` };
    return subscribe(server, this.#subscriber, wish, this.#time.nowMs());
  }

  async #subscribe(server: string, wish: Wish, promisedMs: () => number): Promise<void> {
    const id = await subscribe(server, this.#subscriber, wish, this.#time.nowMs());
    this.made.push({ ...wish, id, promisedMs: promisedMs() });
  }
}
