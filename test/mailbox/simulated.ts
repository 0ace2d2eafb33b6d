import { ManualClock } from '../../src/clock.ts';
import { advance } from '../../src/engine/advance.ts';
import { needsRefill } from '../../src/engine/calendar.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { readKept } from '../../src/mailbox/documents.ts';
import type { MailboxDocuments, Mailboxes } from '../../src/mailbox/mailboxes.ts';
import { DEFAULT_SETTINGS, writeSaid } from '../../src/mailbox/settings/settings.ts';
import { readSpans, spansDocument, writeSpans } from '../../src/mailbox/source-spans.ts';
import { StoreUnavailable } from '../../src/store/errors.ts';
import { createMemory } from '../../src/store/memory.ts';
import type { PresenceStore, UserKey } from '../../src/store/store.ts';
import { Random } from '../crash/random.ts';
import { exampleMailboxes } from './example-mailboxes.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const MINUTE_MS = 60_000;
const SERVERS = 3;

const USER: UserKey = {
  tenantId: '11111111-0000-4000-8000-000000000001',
  userId: 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3',
};

/** A call of a store, before it is carried out or before its answer arrives. */
interface Turn {
  readonly server: number;
  readonly name: string;
  go(): void;
  fail(error: Error): void;
}

/** One server: its mailboxes, over calls of the store that go on when the simulation says so. */
interface Server {
  readonly store: PresenceStore;
  readonly mailboxes: Mailboxes;
}

/**
 * One mailbox, written through several servers at once. Which call of the store goes on next, which fails,
 * which server dies, and how time passes, a seed decides.
 */
export class Simulation {
  /** What happened, for the message of a failure. */
  readonly trace: string[] = [];
  readonly complaints: string[] = [];
  readonly #random: Random;
  readonly #clock = new ManualClock(START_MS);
  readonly #memory = createMemory();
  /** Sees what is kept, without faults and at once. */
  readonly #eye = this.#memory.open();
  readonly #servers: Server[] = [];
  readonly #underWay: Set<string>[] = [];
  /** What tells the process of a server from the one before it. */
  readonly #lives: object[] = [];
  #turns: Turn[] = [];
  #mayFail = true;
  #tokens = 0;
  /** Of the marks that writers leave: must be there in the end, or must not. */
  readonly #kept = new Set<number>();
  readonly #refused = new Set<number>();
  #wasErased = false;

  constructor(seed: number) {
    this.#random = new Random(seed);
    for (let at = 0; at < SERVERS; at++) this.#start(at);
  }

  async run(): Promise<readonly string[]> {
    const erases = this.#random.chance(0.3);
    const steps = this.#random.between(5, 150);
    for (let step = 0; step < steps; step++) {
      this.#step(erases);
      await microtasks();
    }
    this.#mayFail = false;
    // A power cut: nobody is left to end what they began.
    if (this.#random.chance(0.5)) for (let at = 0; at < SERVERS; at++) this.#crash(at);
    await this.#drain();
    for (let round = 0; round < 3; round++) {
      this.#clock.advance(5 * MINUTE_MS + 1);
      this.#tick(0);
      await this.#drain();
    }
    await this.#check();
    return this.complaints;
  }

  #step(erases: boolean): void {
    const random = this.#random;
    const server = random.between(0, SERVERS - 1);
    if (this.#turns.length > 0 && random.chance(0.7)) {
      this.#resume();
      return;
    }
    const chosen = random.between(0, 19);
    if (chosen < 8) this.#write(server);
    else if (chosen < 10) this.#refill(server);
    else if (chosen < 13) this.#tick(server);
    else if (chosen < 15) this.#crash(server);
    else if (chosen < 16 && erases) this.#erase(server);
    else this.#clock.advance(random.between(0, random.chance(0.3) ? 15_000 : 1000));
  }

  #resume(): void {
    const [turn] = this.#turns.splice(this.#random.between(0, this.#turns.length - 1), 1);
    if (turn === undefined) return;
    const fails = this.#mayFail && this.#random.chance(0.06);
    this.#say(`${turn.server}: ${turn.name}${fails ? ' fails' : ''}`);
    const mayBeKept = turn.name.startsWith('after');
    if (fails) turn.fail(new StoreUnavailable('away', 1000, { mayBeKept }));
    else turn.go();
  }

  #write(server: number): void {
    const token = this.#tokens++;
    const edit = this.#random.chance(0.7) ? addSpan : setReplies;
    this.#say(`${server}: writes ${token}`);
    this.#begin(server, `write ${token}`, async ({ mailboxes }) => {
      try {
        await mailboxes.write(USER, 'app', (documents) => [edit(documents, token)]);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        if (!error.mayBeKept) this.#refused.add(token);
        return;
      }
      if (edit !== addSpan) return;
      this.#kept.add(token);
      const record = await this.#record();
      const isShown = tokensOf(record?.facts.calendar?.spans ?? []).includes(token);
      if (!isShown && !this.#wasErased) this.#complain(`${token} is answered and not shown`);
    });
  }

  #refill(server: number): void {
    this.#begin(server, 'refill', ({ mailboxes }) => mailboxes.refill(USER));
  }

  #erase(server: number): void {
    this.#wasErased = true;
    this.#begin(server, 'erase', async ({ mailboxes, store }) => {
      const alsoPresence = this.#random.chance(0.5);
      if (alsoPresence) await this.#execute(store, { kind: 'erase', appId: 'app' });
      await mailboxes.erase(USER);
    });
  }

  #tick(server: number): void {
    this.#begin(server, 'tick', async ({ store, mailboxes }) => {
      const nowMs = this.#clock.nowMs();
      const users = await store.due(0, nowMs, 10);
      for (const user of users) {
        const { record } = await store.update(user, nowMs, (before) => advance(before, nowMs));
        if (needsRefill(record.facts.calendar, nowMs)) await mailboxes.refill(user);
      }
    });
  }

  #execute(store: PresenceStore, command: Parameters<typeof advance>[2]) {
    const nowMs = this.#clock.nowMs();
    return store.update(USER, nowMs, (before) => advance(before, nowMs, command));
  }

  #begin(server: number, name: string, work: (server: Server) => Promise<unknown>): void {
    const at = this.#servers[server];
    const underWay = this.#underWay[server];
    if (at === undefined || underWay === undefined) throw new Error(`no server ${server}`);
    const id = `${name} #${this.trace.length}`;
    this.#say(`${server}: begins ${name}`);
    underWay.add(id);
    work(at)
      .catch((error: unknown) => {
        if (!(error instanceof StoreUnavailable)) this.#complain(`${name}: ${String(error)}`);
      })
      .finally(() => underWay.delete(id));
  }

  /** What was on its way to the store may still arrive, however late. */
  #crash(server: number): void {
    this.#say(`${server}: dies`);
    this.#turns = this.#turns.filter((turn) => {
      const isOnItsWay = turn.name.startsWith('before') && this.#random.chance(0.5);
      return turn.server !== server || isOnItsWay;
    });
    this.#start(server);
  }

  #start(server: number): void {
    const store = this.#gated(this.#memory.open(), server, {});
    this.#servers[server] = { store, mailboxes: exampleMailboxes(this.#clock, store) };
    this.#underWay[server] = new Set();
  }

  /** @param life what tells this process of the server from its later ones */
  #gated(store: PresenceStore, server: number, life: object): PresenceStore {
    const isDead = () => this.#lives[server] !== life;
    this.#lives[server] = life;
    const turn = (name: string) =>
      new Promise<void>((resolve, reject) => {
        // Of a dead process nobody waits for anything.
        if (!isDead()) this.#turns.push({ server, name, go: resolve, fail: reject });
      });
    const gate = async <Result>(name: string, work: () => Promise<Result>): Promise<Result> => {
      await turn(`before ${name}`);
      const result = await work();
      await turn(`after ${name}`);
      return result;
    };
    const documents = store.documentsOf(0);
    return {
      ...store,
      read: (...args) => gate('read', () => store.read(...args)),
      due: (...args) => gate('due', () => store.due(...args)),
      update: (...args) => gate('update', () => store.update(...args)),
      documentsOf: () => ({
        ...documents,
        all: (...args) => gate('all', () => documents.all(...args)),
        write: (...args) => gate('documents', () => documents.write(...args)),
      }),
    };
  }

  async #drain(): Promise<void> {
    await microtasks();
    while (this.#turns.length > 0) {
      this.#resume();
      await microtasks();
    }
    for (const [server, underWay] of this.#underWay.entries()) {
      for (const name of underWay) this.#complain(`${server}: ${name} never ends`);
    }
  }

  async #record() {
    const [record] = await this.#eye.read(USER.tenantId, [USER.userId]);
    return record;
  }

  async #check(): Promise<void> {
    const { documents, revision } = await readKept(this.#eye.documentsOf(0), USER);
    const calendar = (await this.#record())?.facts.calendar;
    const outOfOffice = (await this.#record())?.facts.outOfOffice;
    const there = tokensIn(documents);
    const shown = tokensOf(calendar?.spans ?? []);
    if (String(shown) !== String(there)) this.#complain(`shown ${shown}, kept ${there}`);
    const message = outOfOffice?.message ?? null;
    if (message !== repliesIn(documents)) {
      this.#complain(`shown ${message}, kept ${repliesIn(documents)}`);
    }
    const told = `${calendar?.revision ?? 0} ${calendar?.awaited ?? 0} ${calendar?.refillAtMs}`;
    if (calendar == null ? revision > 0 : told !== `${revision} ${revision} ${NEVER_MS}`) {
      this.#complain(`told ${told}, kept ${revision}`);
    }
    for (const token of this.#refused) {
      if (there.includes(token)) this.#complain(`${token} was refused, and is there`);
    }
    for (const token of this.#wasErased ? [] : this.#kept) {
      if (!there.includes(token)) this.#complain(`${token} was answered, and is gone`);
    }
  }

  #say(what: string): void {
    this.trace.push(what);
  }

  #complain(what: string): void {
    this.#say(`!!! ${what}`);
    this.complaints.push(what);
  }
}

/** Two sources, so that edits are of different documents too. */
function addSpan(documents: MailboxDocuments, token: number) {
  const id = spansDocument(`source ${token % 2}`);
  const text = documents.get(id);
  const { spans } = text === undefined ? { spans: [] } : readSpans(text);
  const startsAtMs = START_MS + 24 * 60 * MINUTE_MS + token * 2 * MINUTE_MS;
  const span = { kind: 'busy', startsAtMs, endsAtMs: startsAtMs + MINUTE_MS } as const;
  const all = [...spans, span].sort((a, b) => a.startsAtMs - b.startsAtMs);
  return { id, text: writeSpans({ knownUntilMs: NEVER_MS, spans: all }) };
}

function setReplies(_: MailboxDocuments, token: number) {
  const { automaticRepliesSetting } = DEFAULT_SETTINGS;
  const replies = { status: 'alwaysEnabled', internalReplyMessage: `away ${token}` } as const;
  return {
    id: 'settings',
    text: writeSaid({ automaticRepliesSetting: { ...automaticRepliesSetting, ...replies } }),
  };
}

function repliesIn(documents: MailboxDocuments): string | null {
  return /away \d+/.exec(documents.get('settings') ?? '')?.[0] ?? null;
}

function tokensIn(documents: MailboxDocuments): readonly number[] {
  const spans = [...documents]
    .filter(([id]) => id.startsWith(spansDocument('')))
    .flatMap(([, text]) => readSpans(text).spans);
  return tokensOf(spans);
}

function tokensOf(spans: readonly { readonly startsAtMs: number }[]): readonly number[] {
  return spans
    .map(({ startsAtMs }) => (startsAtMs - START_MS - 24 * 60 * MINUTE_MS) / (2 * MINUTE_MS))
    .sort((a, b) => a - b);
}

function microtasks(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
