import type { Clock } from '../../clock.ts';
import { callApi, Refused } from '../call-api.ts';
import { type Call, create, createdOf } from './create.ts';
import type { Lifecycle, Tell } from './event.ts';
import { LIFETIME_MS, subscriptionBody, type Wish } from './wish.ts';

/** Before the server asks for it, ten minutes before the end. */
const RENEW_AFTER_MS = 45 * 60_000;
const RETRY_AFTER_MS = 60_000;

export interface SubscriberParts {
  readonly clock: Clock;
  /** The server. */
  readonly url: URL;
  /** A fresh token of the subscription's user. */
  readonly token: () => Promise<string>;
  readonly wish: Wish;
  readonly tell: Tell;
}

/** A subscription, kept alive until it is closed or the server ends it. */
export interface Subscriber {
  /** Does what a notice about the subscription asks for. */
  attend(notice: Lifecycle): void;
  /** Deletes it. Never rejects: that it couldn't is told. */
  close(): Promise<void>;
}

/** Subscribes. @throws CommandFailed saying why the server refused */
export async function subscribe(parts: SubscriberParts): Promise<Subscriber> {
  const { clock, url, token, wish, tell } = parts;
  let isOver = false;
  let callOff = () => {};
  let underway: Promise<unknown> = Promise.resolve();

  const call: Call = async (method, path, more = {}) => {
    const target = new URL(`/v1.0/subscriptions${path}`, url);
    return callApi({ method, url: target, token: await token(), ...more });
  };

  const { id, until } = await create(subscriptionBody(wish, clock.nowMs()), call);
  let endsAtMs = Date.parse(until);
  tell({ event: 'subscribed', subscriptionId: id, until });
  schedule(RENEW_AFTER_MS);

  function schedule(afterMs: number): void {
    callOff = clock.alarm(clock.nowMs() + afterMs, () => attempt(renew));
  }

  async function renew(): Promise<void> {
    try {
      const expirationDateTime = new Date(clock.nowMs() + LIFETIME_MS).toISOString();
      const renewed = createdOf(await call('PATCH', `/${id}`, { body: { expirationDateTime } }));
      endsAtMs = Date.parse(renewed.until);
      tell({ event: 'renewed', subscriptionId: id, until: renewed.until });
      if (!isOver) schedule(RENEW_AFTER_MS);
    } catch (error) {
      if (!isOver && clock.nowMs() < endsAtMs) schedule(RETRY_AFTER_MS);
      throw error;
    }
  }

  async function reauthorize(): Promise<void> {
    await call('POST', `/${id}/reauthorize`);
    tell({ event: 'reauthorized', subscriptionId: id });
  }

  async function remove(): Promise<void> {
    try {
      await call('DELETE', `/${id}`);
    } catch (error) {
      if (!(error instanceof Refused && error.status === 404)) throw error;
    }
    tell({ event: 'unsubscribed', subscriptionId: id });
  }

  /** One after another: the last word is the one that counts. */
  function attempt(work: () => Promise<void>): void {
    underway = underway.then(work).catch(({ message }: Error) => {
      tell({ event: 'problem', message });
    });
  }

  function end(): void {
    isOver = true;
    callOff();
  }

  return {
    attend({ lifecycleEvent, subscriptionId, clientState }) {
      // Anybody can post here; only the server knows the client state.
      if (subscriptionId !== id || clientState !== 'ok' || isOver) return;
      if (lifecycleEvent === 'reauthorizationRequired') attempt(reauthorize);
      if (lifecycleEvent === 'subscriptionRemoved') end();
    },

    async close() {
      if (!isOver) attempt(remove);
      end();
      await underway;
    },
  };
}
