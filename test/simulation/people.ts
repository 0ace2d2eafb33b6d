import type { PresenceCommand } from '../../src/engine/command.ts';
import { pairName } from '../../src/engine/pair.ts';
import type { Outcome } from '../../src/presence/service.ts';
import type { UserKey } from '../../src/store/store.ts';
import type { Asking, Order, Question } from './asking.ts';
import {
  APPS,
  HOUR_MS,
  LIFETIMES_MS,
  MINUTE_MS,
  PREFERRED_PAIRS,
  SESSION_PAIRS,
  TENANT,
  USERS,
} from './cast.ts';
import type { JudgeOfRecords } from './judge-of-records.ts';
import type { Said } from './model.ts';
import type { SimulatedServer } from './server.ts';
import type { World } from './world.ts';

/** Who says what about whom, and who asks. Everything is begun and not waited for. */
export class People {
  readonly users: readonly UserKey[];
  readonly apps: readonly string[];
  /** What is being handed to a store right now. */
  asking: Asking | undefined;
  /** What sets were made, to be made again. */
  readonly #sets: { readonly user: UserKey; readonly command: PresenceCommand }[] = [];
  readonly #world: World;
  readonly #records: JudgeOfRecords;
  #words = 0;

  constructor(world: World, records: JudgeOfRecords) {
    const { random } = world;
    this.#world = world;
    this.#records = records;
    const users = USERS.slice(0, random.between(1, USERS.length));
    this.users = users.map((userId) => ({ tenantId: TENANT, userId }));
    this.apps = APPS.slice(0, random.between(1, APPS.length));
  }

  setSession(server: SimulatedServer): void {
    const { random } = this.#world;
    const appId = random.pick(this.apps);
    const user = random.pick(this.users);
    const command: PresenceCommand = {
      kind: 'setPresence',
      appId,
      sessionId: random.chance(0.7) ? appId : 'mobile',
      pair: random.pick(SESSION_PAIRS),
      lifetimeMs: random.pick(LIFETIMES_MS),
    };
    this.#sets.push({ user, command });
    this.#give(server, user, command);
  }

  /** A set once more. */
  keepAlive(server: SimulatedServer): void {
    const latest = this.#sets.slice(-4);
    if (latest.length === 0) this.setSession(server);
    else {
      const { user, command } = this.#world.random.pick(latest);
      this.#give(server, user, command);
    }
  }

  saySomethingElse(server: SimulatedServer): void {
    const { random } = this.#world;
    this.#give(server, random.pick(this.users), this.#somethingElse());
  }

  #somethingElse(): PresenceCommand {
    const { random, nowMs } = this.#world;
    const appId = random.pick(this.apps);
    switch (random.between(0, 10)) {
      case 0:
      case 1:
        return { kind: 'clearPresence', appId, sessionId: random.chance(0.7) ? appId : 'mobile' };
      case 2:
      case 3:
      case 4: {
        const pair = random.pick(PREFERRED_PAIRS);
        const lifetimeMs = random.pick([MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, 24 * HOUR_MS]);
        return { kind: 'setUserPreferredPresence', appId, pair, lifetimeMs };
      }
      case 5:
        return { kind: 'clearUserPreferredPresence', appId };
      case 6:
      case 7: {
        const content = random.chance(0.2) ? '' : `word ${this.#words++ % 3}`;
        const afterMs = random.pick(
          [Number.POSITIVE_INFINITY, 7, 0, -1, 30].map((m) => m * MINUTE_MS),
        );
        return {
          kind: 'setStatusMessage',
          appId,
          content,
          expiresAtMs: nowMs + afterMs,
          expiry: null,
        };
      }
      case 8:
      case 9: {
        const source = random.chance(0.3) ? 'manual' : 'automatic';
        const workLocationType = random.pick([
          'unspecified',
          'office',
          'remote',
          'timeOff',
        ] as const);
        const placeId = random.chance(0.3) ? 'building 5' : null;
        const endsAtMs = nowMs + random.pick([20 * MINUTE_MS, 8 * HOUR_MS]);
        return { kind: 'setLocation', appId, source, workLocationType, placeId, endsAtMs };
      }
      default:
        return { kind: 'clearLocation', appId, sources: random.chance(0.5) ? 'all' : 'automatic' };
    }
  }

  ask(server: SimulatedServer): void {
    const { random } = this.#world;
    const users = random.chance(0.5) ? this.users : [random.pick(this.users)];
    const userIds = users.map(({ userId }) => userId);
    const question: Question = { kind: 'question', nowMs: this.#world.nowMs, right: new Map() };
    this.asking = question;
    const answer = server.presence.read({ tenantId: TENANT, userId: null }, userIds);
    this.asking = undefined;
    server.answers(
      answer.then((records) => {
        for (const [at, record] of records.entries()) {
          const userId = userIds[at] ?? '';
          if (record === undefined) this.#world.complain(`${userId} is unknown`);
          else this.#records.answered(question, userId, record.presence, record.number);
        }
      }),
    );
  }

  #give(server: SimulatedServer, user: UserKey, command: PresenceCommand): void {
    const { appId } = command;
    const order: Order = {
      kind: 'order',
      ...{ user, appId, said: saidBy(command) },
      times: 0,
      outcome: undefined,
    };
    this.#world.say(
      () => `${server.number} is told of ${user.userId.slice(-1)}: ${JSON.stringify(order.said)}`,
    );
    this.asking = order;
    const outcome = server.presence.execute(user, command);
    this.asking = undefined;
    server.answers(
      outcome.then((done) => this.#answered(order, command, done)),
      ({ mayBeKept }) => {
        if (order.times <= (mayBeKept ? 1 : 0)) return;
        this.#world.complain(`${command.kind} was refused, and is there ${order.times} times`);
      },
    );
  }

  #answered({ times, outcome }: Order, command: PresenceCommand, done: Outcome): void {
    const { kind } = command;
    if (!done.done) {
      if (times > 0 || outcome?.isRefused !== true) {
        this.#world.complain(
          `${kind} was refused: ${done.refusal}, and carried out ${times} times`,
        );
      }
      return;
    }
    if (times !== 1) this.#world.complain(`${kind} was answered, and carried out ${times} times`);
    if (kind !== 'setPresence' && kind !== 'setUserPreferredPresence') return;
    const { overshadowedBy } = done;
    const decided =
      overshadowedBy === undefined ? pairName(command.pair) : pairName(overshadowedBy.pair);
    if (decided !== outcome?.decided) {
      this.#world.complain(`${kind} says that ${decided} shows, and not ${outcome?.decided}`);
    }
  }
}

function saidBy(command: PresenceCommand): Said {
  switch (command.kind) {
    case 'setPresence': {
      const { appId, sessionId, lifetimeMs } = command;
      const session = `${appId} ${sessionId}`;
      return { kind: command.kind, session, pair: pairName(command.pair), lifetimeMs };
    }
    case 'clearPresence':
      return { kind: command.kind, session: `${command.appId} ${command.sessionId}` };
    case 'setUserPreferredPresence': {
      const { lifetimeMs } = command;
      return { kind: command.kind, pair: pairName(command.pair), lifetimeMs };
    }
    case 'setStatusMessage':
      return { kind: command.kind, content: command.content, endsMs: command.expiresAtMs };
    case 'setLocation': {
      const { source, appId: app, workLocationType: type, placeId, endsAtMs: endsMs } = command;
      return { kind: command.kind, ...{ source, app, type, placeId, endsMs } };
    }
    case 'clearUserPreferredPresence':
      return { kind: command.kind };
    case 'clearLocation':
      return { kind: command.kind, sources: command.sources };
    default:
      throw new TypeError(`nobody says ${command.kind}`);
  }
}
