import { createOutbound, type OutboundOptions } from '../../src/outbound/open.ts';
import type { Outbound, OutboundRequest, OutboundResult } from '../../src/outbound/outbound.ts';
import {
  type Behaviour,
  openReceiver,
  type Received,
  type Receiver,
} from '../subscriptions/receiver.ts';
import {
  COLLEAGUE,
  type PorchlightOptions,
  session,
  startPorchlight,
  type TokenOptions,
  USER,
} from './porchlight.ts';
import { type SubscriptionJson, subscribing } from './subscribing.ts';

/** An item of a notification, of a change or of a subscription’s life. */
export interface Item {
  readonly id?: string;
  readonly subscriptionId: string;
  readonly subscriptionExpirationDateTime: string;
  readonly resourceData: { readonly id: string };
  readonly encryptedContent?: Readonly<Record<string, string>>;
  readonly lifecycleEvent?: string;
}

/** The body of a POST to a receiver. */
export interface Notification {
  readonly value: readonly Item[];
  readonly validationTokens?: readonly string[];
}

/** A notification on its way; `result` once it has one. */
export interface Sent {
  readonly request: OutboundRequest;
  result?: OutboundResult;
}

/** Where changes are notified, and where the life of a subscription is. */
export const CHANGES = '/notifications';
export const LIFECYCLE = '/lifecycle';

export interface NotifiedOptions extends PorchlightOptions {
  /** Of a receiver with HTTPS; `ca` signed it. */
  readonly receiverTls?: { readonly key: string; readonly cert: string; readonly ca: string };
  /** By which the server sees how long a reply took. */
  readonly monotonicMs?: () => number;
  /** Another’s, such as the one that an earlier server notified. */
  readonly receiver?: Receiver;
}

/** The whole server, a receiver on this machine, and a view of what was sent and how that went. */
export async function startNotified(options: NotifiedOptions = {}) {
  const { receiverTls: tls, receiver: shared, monotonicMs, ...rest } = options;
  const receiver = shared ?? (await openReceiver(tls));
  const ca = tls === undefined ? [] : [tls.ca];
  const outbound = watchedOutbound({
    allow: [],
    allowHttpToLoopback: true,
    ca,
    ...(monotonicMs !== undefined && { monotonicMs }),
  });
  /** How it answers notifications; validation requests it answers as it must. */
  function react(behaviour: Behaviour): void {
    receiver.behave((request) => (isHandshake(request) ? {} : behaviour(request)));
  }
  // Before the server starts: it may have something to send.
  react(() => ({ status: 202 }));
  const porchlight = await startPorchlight({ ...rest, parts: { outbound, ...rest.parts } });

  const at = (path: string): readonly Received[] =>
    receiver.received.filter((request) => request.path === path && !isHandshake(request));

  return {
    ...porchlight,
    receiver,
    react,
    sent: outbound.sent,
    ended: outbound.ended,

    /** Has an application told of a colleague’s presence, on behalf of a user. */
    async subscribe(owner: TokenOptions = {}, changes: object = {}): Promise<SubscriptionJson> {
      const body = subscribing(receiver, changes);
      const answer = await porchlight
        .as({ user: USER, ...owner })
        .post('/v1.0/subscriptions', body);
      if (answer.status !== 201) throw new Error(answer.text);
      return answer.body as SubscriptionJson;
    },

    /** Sets presence for four hours, as an application does it. */
    async set(pair: string, userId = COLLEAGUE, tenant?: string): Promise<void> {
      const path = `/v1.0/users/${userId}/presence/setPresence`;
      const by = tenant === undefined ? {} : { tenant };
      const answer = await porchlight.as(by).post(path, session(pair, 'PT4H'));
      if (answer.status !== 200) throw new Error(answer.text);
    },

    /** The notifications that came in at a path, once there are so many. */
    async arrived(count: number, path = CHANGES): Promise<readonly Notification[]> {
      while (at(path).length < count) await receiver.count(receiver.received.length + 1);
      return at(path).map(({ body }) => JSON.parse(body) as Notification);
    },

    at,

    async close(): Promise<void> {
      await porchlight.close();
      if (shared === undefined) await receiver.close();
    },
  };
}

export type Notified = Awaited<ReturnType<typeof startNotified>>;

/** Of whom a notification tells. */
export function usersOf(notification: Notification | undefined): readonly string[] {
  return (notification?.value ?? []).map(({ resourceData }) => resourceData.id);
}

/** Where something was sent to. */
export function pathOf({ request }: Sent): string {
  return new URL(request.url).pathname;
}

/** Lets happen what doesn’t wait for a clock or a socket. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isHandshake({ query }: Received): boolean {
  return query.includes('validationToken=');
}

/** Real requests, of which all but validation requests are remembered. */
function watchedOutbound(options: OutboundOptions) {
  const outbound = createOutbound(options);
  const sent: Sent[] = [];
  const waiting = new Set<() => void>();

  const watched: Outbound = {
    ...outbound,
    async send(request) {
      if (request.url.includes('validationToken=')) return outbound.send(request);
      const one: Sent = { request };
      sent.push(one);
      const result = await outbound.send(request);
      one.result = result;
      for (const look of waiting) look();
      return result;
    },
  };

  return {
    ...watched,
    sent,
    /**
     * Resolves when so many, of those to a path if one is given, have an answer or none to expect, and
     * the server has drawn its conclusions.
     */
    async ended(count: number, path?: string): Promise<void> {
      await new Promise<void>((resolve) => {
        const look = () => {
          const over = sent.filter(({ result }) => result !== undefined);
          if (over.filter((one) => path === undefined || pathOf(one) === path).length < count)
            return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
      await turn();
    },
  };
}
