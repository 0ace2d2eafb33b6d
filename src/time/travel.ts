import type { Outbound } from '../outbound/outbound.ts';
import type { PresenceStore } from '../store/store.ts';
import type { Subscription } from '../subscriptions/subscription.ts';
import { createJourney, type Journey } from './journey.ts';
import { keepClock } from './kept-clock.ts';
import { recordingOutbound } from './recording-outbound.ts';
import { Recorder, type SubscriptionEvent } from './trace.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Events that are told of one journey. */
const MOST_EVENTS = 10_000;

/** What a server that is moved through time does on the way. */
export interface Traveller {
  /** Does what is due by now, and resolves when nothing of it is under way any more. */
  settled(): Promise<void>;
}

/** A server's clock in somebody's hands. */
export interface TimeTravel extends Journey {
  readonly clock: VirtualClock;
  /** What the server is to work with, so that what it does gets into the trace. */
  watched(outbound: Outbound): {
    readonly outbound: Outbound;
    readonly onDue: (event: SubscriptionEvent['event'], subscription: Subscription) => void;
  };
  /** From now on it is this one that is moved, over this store. */
  follow(store: PresenceStore, traveller: Traveller): void;
}

export function timeTravel(clock: VirtualClock): TimeTravel {
  const recorder = new Recorder(MOST_EVENTS);
  let journey: Journey | undefined;

  function current(): Journey {
    if (journey === undefined) throw new Error('nobody has been followed yet');
    return journey;
  }

  return {
    clock,
    advance: (byMs) => current().advance(byMs),
    moveTo: (atMs) => current().moveTo(atMs),
    freeze: () => current().freeze(),
    resume: () => current().resume(),
    reset: () => current().reset(),
    settled: () => current().settled(),

    watched: (outbound) => ({
      outbound: recordingOutbound(
        outbound,
        () => recorder.isOn,
        (delivered) => recorder.add({ kind: 'notification', atMs: clock.nowMs(), ...delivered }),
      ),
      onDue(event, { tenantId, id }) {
        const atMs = clock.nowMs();
        recorder.add({ kind: 'subscription', atMs, tenantId, subscriptionId: id, event });
      },
    }),

    follow(store, traveller) {
      const settle = () => traveller.settled();
      const keep = () => keepClock(store.documents, clock.state);
      journey = createJourney({ store, clock, recorder, settle, keep });
    },
  };
}
