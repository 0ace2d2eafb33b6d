import { DEFAULT_SETTINGS, writeSaid } from '../../src/mailbox/settings/settings.ts';
import type { UserKey } from '../../src/store/store.ts';
import { MINUTE_MS } from './cast.ts';
import type { JudgeOfCalendars, Planned } from './judge-of-calendars.ts';
import type { People } from './people.ts';
import type { SimulatedServer } from './server.ts';
import type { World } from './world.ts';

const SHOW_AS = {
  busy: 'busy',
  oof: 'outOfOffice',
  workingElsewhere: 'workingElsewhere',
  free: undefined,
} as const;

/** Who writes what into calendars and mailboxes. Everything is begun and not waited for. */
export class Diaries {
  /** By user and subject. */
  readonly #planned = new Map<UserKey, Map<string, Planned>>();
  /** Events that are known to be there, with what they are called by. */
  readonly #known: { readonly user: UserKey; readonly subject: string; readonly id: string }[] = [];
  readonly #world: World;
  readonly #people: People;
  readonly #judge: JudgeOfCalendars;
  #count = 0;

  constructor(world: World, people: People, judge: JudgeOfCalendars) {
    this.#world = world;
    this.#people = people;
    this.#judge = judge;
  }

  write(server: SimulatedServer): void {
    const { random } = this.#world;
    const chosen = random.next();
    if (chosen < 0.55) this.#create(server);
    else if (chosen < 0.75 && this.#known.length > 0) this.#remove(server);
    else this.#reply(server);
  }

  /** What is in all calendars in the end. */
  async end(server: SimulatedServer): Promise<void> {
    for (const [user, planned] of this.#planned) {
      const found = await server.calendars().list(user);
      const subjects = found.map(({ fields }) => fields.subject);
      this.#judge.end(user, subjects, planned);
    }
  }

  #create(server: SimulatedServer): void {
    const { random, nowMs } = this.#world;
    const user = random.pick(this.#people.users);
    const showAs = random.pick([
      'busy',
      'busy',
      'busy',
      'oof',
      'workingElsewhere',
      'free',
    ] as const);
    const fromMs =
      Math.floor(nowMs / 1000) * 1000 + random.pick([-10, 0, 1, 5, 20, 90]) * MINUTE_MS;
    const toMs = fromMs + random.pick([1, 5, 10, 30, 240]) * MINUTE_MS;
    const subject = `event ${++this.#count}`;
    const plan: Planned = { subject, fromMs, toMs, kind: SHOW_AS[showAs] };
    const planned = this.#planned.get(user) ?? new Map<string, Planned>();
    this.#planned.set(user, planned.set(subject, plan));
    this.#world.say(
      () => `${server.number}: ${subject} of ${user.userId.slice(-1)}, ${showAs} ${fromMs}-${toMs}`,
    );
    const input = { subject, start: utc(fromMs), end: utc(toMs), showAs };
    this.#begin(server, user, subject, async () => {
      const { id } = await server.calendars().create(user, this.#people.apps[0] ?? '', input);
      this.#judge.answered(user, ({ there }) => there.set(subject, plan));
      this.#known.push({ user, subject, id });
    });
  }

  #remove(server: SimulatedServer): void {
    const at = this.#world.random.between(0, this.#known.length - 1);
    const [known] = this.#known.splice(at, 1);
    if (known === undefined) return;
    const { user, subject, id } = known;
    this.#world.say(() => `${server.number}: ${subject} is removed`);
    this.#judge.of(user).there.delete(subject);
    this.#judge.of(user).unsure.add(subject);
    this.#begin(
      server,
      user,
      subject,
      async () => {
        await server.calendars().remove(user, this.#people.apps[0] ?? '', id, null);
        this.#judge.answered(user, ({ unsure }) => unsure.delete(subject));
      },
      () => {
        // Still there, as nothing happened.
        const plan = this.#planned.get(user)?.get(subject);
        const { there, unsure } = this.#judge.of(user);
        unsure.delete(subject);
        if (plan !== undefined) there.set(subject, plan);
      },
    );
  }

  #reply(server: SimulatedServer): void {
    const { random, nowMs } = this.#world;
    const user = random.pick(this.#people.users);
    const status = random.pick(['disabled', 'alwaysEnabled', 'scheduled'] as const);
    const message = `away ${++this.#count}`;
    const fromMs = nowMs + random.between(-1, 10) * MINUTE_MS;
    const toMs = fromMs + random.pick([5, 10, 30]) * MINUTE_MS;
    const setting = {
      ...DEFAULT_SETTINGS.automaticRepliesSetting,
      status,
      internalReplyMessage: message,
      scheduledStartDateTime: status === 'scheduled' ? utc(fromMs) : null,
      scheduledEndDateTime: status === 'scheduled' ? utc(toMs) : null,
    };
    const text = writeSaid({ automaticRepliesSetting: setting });
    this.#world.say(
      () => `${server.number}: replies of ${user.userId.slice(-1)}: ${status} ${message}`,
    );
    this.#begin(server, user, undefined, async () => {
      const { mailboxes } = server.following ?? {};
      await mailboxes?.write(user, this.#people.apps[0] ?? '', () => [{ id: 'settings', text }]);
      const untilMs = status === 'scheduled' ? toMs : Number.POSITIVE_INFINITY;
      this.#judge.replies(user, status === 'disabled' ? null : { message, toMs: untilMs });
    });
  }

  #begin(
    server: SimulatedServer,
    user: UserKey,
    subject: string | undefined,
    write: () => Promise<void>,
    whenRefused = () => {},
  ): void {
    this.#judge.begins(user);
    // Until it is answered, nobody knows.
    const isNew = subject !== undefined && !this.#judge.of(user).unsure.has(subject);
    if (isNew) this.#judge.of(user).unsure.add(subject);
    const settle = () => {
      if (isNew) this.#judge.of(user).unsure.delete(subject);
    };
    server.answers(write().then(settle), ({ mayBeKept }) => {
      if (mayBeKept) return this.#judge.unknown(user, subject);
      settle();
      whenRefused();
      this.#judge.refused(user);
    });
  }
}

function utc(atMs: number) {
  return { dateTime: new Date(atMs).toISOString().slice(0, 23), timeZone: 'UTC' };
}
