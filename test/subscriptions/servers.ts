import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import { ManualClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import type { Profile } from '../../src/graph/settable.ts';
import { createMemory } from '../../src/store/memory.ts';
import type { DocumentStore } from '../../src/store/store.ts';
import type { Addresses } from '../../src/subscriptions/handshake.ts';
import { createRegistry } from '../../src/subscriptions/registry.ts';
import type { CreationRequest } from '../../src/subscriptions/rules/creation.ts';
import {
  createSubscriptionService,
  type SubscriptionService,
} from '../../src/subscriptions/service.ts';
import { checkCertificate } from './example-service.ts';
import { exampleCaller, exampleRequest, START_MS } from './examples.ts';
import { inProfile } from './in-profile.ts';
import { recordingCourier } from './recording-courier.ts';

/** Servers on one memory, under one clock that stands still. */
export function openServers(profile: Profile = 'graph') {
  const memory = createMemory();
  const { documents } = memory.open();
  const clock = new ManualClock(START_MS);
  const services: SubscriptionService[] = [];

  /** One that hears no hints: it knows what it has looked for, and is behind otherwise. */
  function join(change: (documents: DocumentStore) => Partial<DocumentStore> = () => ({})) {
    const own = memory.open().documents;
    const registry = createRegistry();
    const errors: unknown[] = [];
    const asked: Addresses[] = [];
    const state = { isOurTurn: true, consent: async () => {} };
    const { courier, told } = recordingCourier();
    const service = inProfile(
      createSubscriptionService({
        documents: { ...own, onWritten: () => () => {}, ...change(own) },
        registry,
        clock,
        steadyClock: clock,
        directory: createDirectory('open', new Map()),
        courier,
        async handshake(addresses) {
          asked.push(addresses);
          await state.consent();
        },
        refusal: () => undefined,
        checkCertificate,
        randomUUID,
        isOurTurn: () => state.isOurTurn,
        onError: (error) => errors.push(error),
      }),
      profile,
    );
    services.push(service);
    const create = (changes: Partial<CreationRequest> = {}, caller: Partial<Caller> = {}) =>
      service.create(exampleCaller(caller), exampleRequest(changes));
    return { service, registry, errors, asked, state, told, create };
  }

  return {
    clock,
    documents,
    join,

    /** The texts kept of subscriptions, and the events announced, by the subscription's id. */
    async kept() {
      const [subscriptions, letters] = await Promise.all(
        ['subscriptions', 'letters'].map((name) => documents.all(name)),
      );
      return { subscriptions: subscriptions ?? new Map(), letters: letters ?? new Map() };
    },

    async stop(): Promise<void> {
      for (const service of services) await service.stop();
    },
  };
}

export function status(code: number, text = '') {
  return expect.objectContaining({ status: code, message: expect.stringContaining(text) });
}
