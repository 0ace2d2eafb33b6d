import type { Caller } from '../../src/auth/caller.ts';
import { GraphError } from '../../src/graph/error.ts';
import type { Profile } from '../../src/graph/settable.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { inProfile } from '../subscriptions/in-profile.ts';
import { MINUTE_MS, TENANT } from './cast.ts';
import type { JudgeOfDeliveries } from './judge-of-deliveries.ts';
import type { People } from './people.ts';
import type { Receivers } from './receivers.ts';
import type { SimulatedServer } from './server.ts';
import type { World } from './world.ts';

export interface SubscribersParts {
  readonly world: World;
  readonly people: People;
  readonly receivers: Receivers;
  readonly judge: JudgeOfDeliveries;
  readonly profile: Profile;
}

/** A subscription that its owner was answered about, and nobody asked to end. */
interface Owned {
  readonly id: string;
  readonly caller: Omit<Caller, 'expiresMs'>;
}

/** Who subscribes, renews and ends it. Everything is begun and not waited for. */
export class Subscribers {
  readonly #parts: SubscribersParts;
  #owned: Owned[] = [];
  #count = 0;

  constructor(parts: SubscribersParts) {
    this.#parts = parts;
  }

  act(server: SimulatedServer): void {
    const { random } = this.#parts.world;
    const owned = this.#owned.length > 0 ? random.pick(this.#owned) : undefined;
    const chosen = random.next();
    if (owned === undefined || chosen < 0.4) this.subscribe(server);
    else if (chosen < 0.6) this.#renew(server, owned);
    else if (chosen < 0.75) this.#reauthorize(server, owned);
    else if (chosen < 0.85) this.#get(server, owned);
    else this.#remove(server, owned);
  }

  subscribe(server: SimulatedServer): void {
    const { world, receivers, profile } = this.#parts;
    const { random, nowMs } = world;
    const number = ++this.#count;
    const minutes = profile === 'graph' ? random.pick([45, 60]) : random.pick([45, 60, 300, 1440]);
    const hasLifecycle = minutes > 60 || random.chance(0.7);
    const each = profile === 'extended' && random.chance(0.4);
    const caller = this.#caller();
    const request = {
      changeType: 'updated',
      resource: this.#resource(),
      notificationUrl: random.pick(receivers.urls),
      lifecycleNotificationUrl: hasLifecycle ? random.pick(receivers.lifecycleUrls) : null,
      expirationDateTime: new Date(nowMs + minutes * MINUTE_MS).toISOString(),
      clientState: `state ${number}`,
      ...(each && { '@porchlight.delivery': 'each' }),
    };
    world.say(() => `${server.number}: subscribes ${JSON.stringify(request)}`);
    this.#begin(server, async () => {
      const made = await this.#subscriptionsOf(server).create(this.#withToken(caller), request);
      this.#mustBeThere(made);
      this.#owned.push({ id: made.id, caller });
    });
  }

  /** In the end: all that live are renewed, so that nothing waits for a token. */
  async renewAll(server: SimulatedServer): Promise<void> {
    for (const { id, terms, endedAt } of this.#parts.judge.all()) {
      if (endedAt !== undefined) continue;
      const { tenantId, appId, userId } = terms;
      const caller = { tenantId, appId, userId, permissions: NOTHING };
      const { nowMs } = this.#parts.world;
      const request = { expirationDateTime: new Date(nowMs + 60 * MINUTE_MS).toISOString() };
      try {
        const token = { ...caller, expiresMs: nowMs + 24 * 60 * MINUTE_MS };
        await this.#subscriptionsOf(server).renew(token, id, request);
      } catch (error) {
        // Its time may be over by then.
        if (!(error instanceof GraphError) || error.status !== 404) throw error;
      }
    }
  }

  #subscriptionsOf({ following }: SimulatedServer) {
    // It was killed on the way: nobody is answered any more.
    if (following === undefined) {
      return { create: never, renew: never, reauthorize: never, get: never, remove: never };
    }
    return inProfile(following.subscriptions, this.#parts.profile);
  }

  #renew(server: SimulatedServer, { id, caller }: Owned): void {
    const { world, receivers } = this.#parts;
    const { random, nowMs } = world;
    const expirationDateTime = new Date(nowMs + random.pick([45, 60]) * MINUTE_MS).toISOString();
    const moves = random.chance(0.25);
    const request = {
      expirationDateTime,
      ...(moves && { notificationUrl: random.pick(receivers.urls) }),
    };
    world.say(() => `${server.number}: renews ${id.slice(0, 4)} ${JSON.stringify(request)}`);
    this.#begin(
      server,
      async () => {
        const before = this.#living(id);
        const renewed = await this.#subscriptionsOf(server).renew(
          this.#withToken(caller),
          id,
          request,
        );
        // Its owner may have had it removed meanwhile, by way of another server.
        const isOwned = this.#owned.some((each) => each.id === id);
        if (before !== undefined && isOwned) this.#mustBeThere(renewed);
      },
      id,
    );
  }

  #reauthorize(server: SimulatedServer, { id, caller }: Owned): void {
    this.#parts.world.say(() => `${server.number}: reauthorizes ${id.slice(0, 4)}`);
    this.#begin(
      server,
      () => this.#subscriptionsOf(server).reauthorize(this.#withToken(caller), id),
      id,
    );
  }

  #get(server: SimulatedServer, { id, caller }: Owned): void {
    this.#begin(
      server,
      async () => {
        const found = await this.#subscriptionsOf(server).get(this.#withToken(caller), id);
        if (found.id !== id) this.#parts.world.complain(`${id} was asked for, ${found.id} came`);
      },
      id,
    );
  }

  #remove(server: SimulatedServer, { id, caller }: Owned): void {
    const { world, judge } = this.#parts;
    world.say(() => `${server.number}: removes ${id.slice(0, 4)}`);
    // Whatever becomes of it, nobody relies on it from here on.
    this.#owned = this.#owned.filter((each) => each.id !== id);
    this.#begin(server, async () => {
      await this.#subscriptionsOf(server).remove(this.#withToken(caller), id);
      if (judge.get(id)?.endedAt === undefined) world.complain(`${id} was removed, and is there`);
    });
  }

  #resource(): string {
    const { world, people, profile } = this.#parts;
    const { random } = world;
    const ids = random.some(people.users, random.between(1, people.users.length));
    const [first] = ids;
    const select =
      profile === 'extended' && random.chance(0.3)
        ? `$select=${random.pick(['statusMessage', 'availability,workLocation', 'outOfOfficeSettings,activity'])}`
        : '';
    if (profile === 'extended' && random.chance(0.3)) {
      return `communications/presences${select === '' ? '' : `?${select}`}`;
    }
    if (random.chance(0.5)) {
      return `communications/presences/${first?.userId}${select === '' ? '' : `?${select}`}`;
    }
    const list = ids.map(({ userId }) => `'${userId}'`).join();
    return `communications/presences?$filter=id in (${list})${select === '' ? '' : `&${select}`}`;
  }

  #caller(): Omit<Caller, 'expiresMs'> {
    const { world, people, profile } = this.#parts;
    const { random } = world;
    const isDelegated = profile === 'graph' || random.chance(0.3);
    return {
      tenantId: TENANT,
      appId: random.pick(people.apps),
      userId: isDelegated ? random.pick(people.users).userId : null,
      permissions: NOTHING,
    };
  }

  #withToken(caller: Omit<Caller, 'expiresMs'>): Caller {
    const { random, nowMs } = this.#parts.world;
    return { ...caller, expiresMs: nowMs + random.pick([10, 60, 300, 1440]) * MINUTE_MS };
  }

  #living(id: string): Subscription | undefined {
    const told = this.#parts.judge.get(id);
    if (told === undefined || told.endedAt !== undefined) return undefined;
    return told.terms.expiresMs > this.#parts.world.nowMs ? told.terms : undefined;
  }

  #mustBeThere({ id, expiresMs, notificationUrl }: Subscription): void {
    // The clock may have been set beyond its time meanwhile.
    if (expiresMs <= this.#parts.world.peakMs) return;
    const kept = this.#living(id);
    const is = kept === undefined ? 'gone' : `${kept.expiresMs} ${kept.notificationUrl}`;
    if (is !== `${expiresMs} ${notificationUrl}`) {
      this.#parts.world.complain(`subscription ${id} was answered, and is ${is}`);
    }
  }

  /** @param id of the one that it is about, if its owner may rely on that */
  #begin(server: SimulatedServer, work: () => Promise<unknown>, id?: string): void {
    const { world } = this.#parts;
    const wasThere = id !== undefined && this.#living(id) !== undefined;
    const refused = (error: unknown) => {
      if (!(error instanceof GraphError)) throw error;
      world.say(() => `${error.status} ${error.message}`);
      // It may have ended while that was under way.
      if (error.status !== 404 || !wasThere || this.#living(id) === undefined) return;
      if (this.#owned.some((each) => each.id === id)) world.complain(`${id} is 404, and there`);
    };
    server.answers(work().catch(refused));
  }
}

const NOTHING: ReadonlySet<string> = new Set();

const never = () => new Promise<never>(() => {});
