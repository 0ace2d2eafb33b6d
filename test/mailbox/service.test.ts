import { beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { advance } from '../../src/engine/advance.ts';
import { needsRefill } from '../../src/engine/calendar.ts';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { GraphError } from '../../src/graph/error.ts';
import type { Mailboxes } from '../../src/mailbox/mailboxes.ts';
import { DocumentsChanged, StoreUnavailable } from '../../src/store/errors.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { FEED_START, type PresenceStore } from '../../src/store/store.ts';
import { settingsSaid, sourceOf, spans } from './example-documents.ts';
import { exampleMailboxes } from './example-mailboxes.ts';

const START_MS = Date.parse('2026-11-21T09:00:00Z');
const TENANT = '11111111-0000-4000-8000-000000000001';
const USER = { tenantId: TENANT, userId: 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3' };
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const COLLECTION = `person ${TENANT} ${USER.userId}`;

const MEETING = ['busy', '2026-11-21T10:00:00Z', '2026-11-21T11:00:00Z'] as const;

let clock: ManualClock;
let store: PresenceStore;
let mailboxes: Mailboxes;
beforeEach(() => {
  clock = new ManualClock(START_MS);
  store = openMemoryStore();
  mailboxes = exampleMailboxes(clock, store);
});

async function record(of = store) {
  const [found] = await of.read(TENANT, [USER.userId]);
  if (found === undefined) throw new Error('there is no record');
  return found;
}

async function put([id, text]: [id: string, text: string], into = mailboxes): Promise<void> {
  await into.write(USER, APP, () => [{ id, text }]);
}

async function changes() {
  return (await store.feed(0, FEED_START, 1000)).entries.map(({ change }) => change);
}

/** What a ticker does. */
async function tick(): Promise<void> {
  const nowMs = clock.nowMs();
  for (const user of await store.due(0, nowMs, 10)) {
    const after = await store.update(user, nowMs, (before) => advance(before, nowMs));
    if (needsRefill(after.record.facts.calendar, nowMs)) await mailboxes.refill(user);
  }
}

describe('writing', () => {
  test('what was written is read, and is in the facts', async () => {
    const document = sourceOf('feed', MEETING);
    await put(document);
    expect(await mailboxes.read(USER)).toEqual(new Map([document]));
    expect((await record()).facts.calendar).toEqual({
      spans: spans(MEETING),
      refillAtMs: NEVER_MS,
      revision: 1,
      awaited: 1,
    });
  });

  test('whoever wrote it causes the change of presence', async () => {
    await put(sourceOf('feed', ['outOfOffice', '2026-11-21T08:00:00Z', '2026-11-21T11:00:00Z']));
    expect(await changes()).toMatchObject([{ cause: { kind: 'setCalendar', appId: APP } }]);
  });

  test('what changes nothing of presence is kept, and is no change', async () => {
    const away = ['outOfOffice', '2026-11-21T08:00:00Z', '2026-11-21T11:00:00Z'] as const;
    await put(sourceOf('feed', away));
    await put(sourceOf('feed', away));
    await put(settingsSaid({ dateFormat: 'yyyy' }));
    expect(await changes()).toHaveLength(1);
    expect((await mailboxes.read(USER)).size).toBe(2);
  });

  test('what the change throws is thrown, and nothing is written', async () => {
    const refused = new GraphError(400, 'InvalidArgument', 'no');
    await expect(
      mailboxes.write(USER, APP, () => {
        throw refused;
      }),
    ).rejects.toBe(refused);
    expect(await store.read(TENANT, [USER.userId])).toEqual([undefined]);
  });

  test('no edits are no write', async () => {
    await mailboxes.write(USER, APP, () => []);
    expect(await store.read(TENANT, [USER.userId])).toEqual([undefined]);
  });

  test('many writes to one mailbox at once are one after another, without a try in vain', async () => {
    let asked = 0;
    const [, text] = sourceOf('feed', MEETING);
    await Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        mailboxes.write(USER, APP, () => {
          asked++;
          return [{ id: `spans ${at}`, text }];
        }),
      ),
    );
    expect(asked).toBe(50);
    expect((await mailboxes.read(USER)).size).toBe(50);
    expect((await record()).facts.calendar).toMatchObject({ revision: 50, awaited: 50 });
  });

  test('writes of two servers are all kept, whichever comes first', async () => {
    const other = exampleMailboxes(clock, store);
    const add = (into: Mailboxes, by: number) =>
      into.write(USER, APP, (documents) => {
        const [, text] = settingsSaid({ dateFormat: `${by}` });
        const before = documents.get('settings') ?? '';
        const count = Number(/"timeFormat":"(\d+)"/.exec(before)?.[1] ?? 0) + 1;
        return [{ id: 'settings', text: text.replace('}', `,"timeFormat":"${count}"}`) }];
      });
    const all = Array.from({ length: 6 }, (_, at) => add(at % 2 === 0 ? mailboxes : other, at));
    await Promise.all(all);
    expect((await mailboxes.read(USER)).get('settings')).toContain('"timeFormat":"6"');
  });

  test('where others are always faster it is refused in the end, to be tried later', async () => {
    let tries = 0;
    const documents = store.documentsOf(0);
    const crowded = exampleMailboxes(clock, {
      ...store,
      documentsOf: () => ({
        ...documents,
        write: async () => {
          tries++;
          throw new DocumentsChanged(COLLECTION, 'head');
        },
      }),
    });
    const refused = await put(sourceOf('feed', MEETING), crowded).catch((error) => error);
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect(refused).toMatchObject({ mayBeKept: false, retryAfterMs: 1000 });
    expect(tries).toBe(10);
  });

  test('a user whom a directory with a list doesn’t know is 404, and nothing is written', async () => {
    const listed = exampleMailboxes(clock, store, createDirectory('listed', new Map()));
    await expect(put(sourceOf('feed', MEETING), listed)).rejects.toMatchObject({ status: 404 });
    expect(await store.documentsOf(0).all(COLLECTION)).toEqual(new Map());
  });
});

describe('a writer that dies', () => {
  /** Mailboxes of a server that loses its store before the given call of `update` or `write`. */
  function dying(dies: 'before the documents' | 'before the facts'): Mailboxes {
    const documents = store.documentsOf(0);
    let updates = 0;
    const away = () => new StoreUnavailable('away', 1000);
    return exampleMailboxes(clock, {
      ...store,
      async update(...args) {
        if (++updates === 2 && dies === 'before the facts') throw away();
        return store.update(...args);
      },
      documentsOf: () => ({
        ...documents,
        async write(edits) {
          if (dies === 'before the documents') throw away();
          return documents.write(edits);
        },
      }),
    });
  }

  test('after its documents: presence follows ten seconds later, and it was told that they may be kept', async () => {
    const died = put(sourceOf('feed', MEETING), dying('before the facts'));
    await expect(died).rejects.toMatchObject({ code: 'StoreUnavailable', mayBeKept: true });
    expect((await record()).facts.calendar?.spans).toEqual([]);
    clock.advance(9_999);
    await tick();
    expect((await record()).facts.calendar?.spans).toEqual([]);
    clock.advance(1);
    await tick();
    expect((await record()).facts.calendar).toEqual({
      spans: spans(MEETING),
      refillAtMs: NEVER_MS,
      revision: 1,
      awaited: 1,
    });
  });

  test('before its documents: nothing is kept, and nobody looks for ever', async () => {
    const died = put(sourceOf('feed', MEETING), dying('before the documents'));
    await expect(died).rejects.toMatchObject({ code: 'StoreUnavailable', mayBeKept: false });
    clock.advance(10_000);
    await tick();
    expect(await mailboxes.read(USER)).toEqual(new Map());
    expect((await record()).facts.calendar).toEqual({
      spans: [],
      refillAtMs: NEVER_MS,
      revision: 1,
      awaited: 1,
    });
    expect((await record()).untilMs).toBe(NEVER_MS);
  });

  test('is looked after again each five minutes while that fails', async () => {
    await put(sourceOf('feed', MEETING), dying('before the facts')).catch(() => {});
    const { read } = mailboxes;
    mailboxes = { ...mailboxes, read, refill: async () => {} };
    clock.advance(10_000);
    await tick();
    expect((await record()).untilMs).toBe(START_MS + 10_000 + 5 * 60_000);
  });

  test('one that was only slow finds its write refused, and writes anew', async () => {
    const documents = store.documentsOf(0);
    let hold = () => {};
    const held = new Promise<void>((resolve) => {
      hold = resolve;
    });
    let isFirst = true;
    const slow = exampleMailboxes(clock, {
      ...store,
      documentsOf: () => ({
        ...documents,
        async write(edits) {
          if (isFirst) {
            isFirst = false;
            await held;
          }
          return documents.write(edits);
        },
      }),
    });
    const writing = put(sourceOf('feed', MEETING), slow);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(10_000);
    await tick();
    expect((await record()).facts.calendar).toMatchObject({ revision: 1, spans: [] });
    hold();
    await writing;
    expect((await record()).facts.calendar).toMatchObject({ revision: 2, spans: spans(MEETING) });
  });
});

describe('as time passes', () => {
  test('a series goes on being shown, window after window', async () => {
    const daily = Array.from({ length: 30 }, (_, day) => {
      const start = START_MS + day * 86_400_000 + 3_600_000;
      return [
        'busy',
        new Date(start).toISOString(),
        new Date(start + 3_600_000).toISOString(),
      ] as const;
    });
    await put(sourceOf('feed', ...daily));
    expect((await record()).facts.calendar?.spans).toHaveLength(2);
    for (const [, start] of daily) {
      for (let hour = 0; hour < 24; hour++) {
        const next = Math.min((await store.nextDueMs(0)) as number, Date.parse(start));
        if (next > clock.nowMs()) clock.set(next);
        await tick();
      }
      const { facts } = await record();
      expect(facts.calendar?.spans[0]?.startsAtMs, start).toBe(Date.parse(start));
    }
    expect((await record()).facts.calendar?.refillAtMs).toBe(NEVER_MS);
  });
});

describe('erasing', () => {
  test('leaves no document but the number of the last revision, and nothing in presence', async () => {
    await put(sourceOf('feed', MEETING));
    await put(
      settingsSaid({
        automaticRepliesSetting: {
          status: 'alwaysEnabled',
          externalAudience: 'all',
          scheduledStartDateTime: null,
          scheduledEndDateTime: null,
          internalReplyMessage: 'Gone',
          externalReplyMessage: '',
        },
      }),
    );
    expect((await record()).presence.isOutOfOffice).toBe(true);
    await mailboxes.erase(USER);
    expect(await mailboxes.read(USER)).toEqual(new Map());
    expect(await store.documentsOf(0).all(COLLECTION)).toEqual(
      new Map([['head', '{"revision":3}']]),
    );
    expect((await record()).presence).toMatchObject({
      isOutOfOffice: false,
      outOfOfficeMessage: null,
    });
    expect((await record()).facts.calendar).toMatchObject({ spans: [], refillAtMs: NEVER_MS });
  });

  test('of nothing writes nothing', async () => {
    await mailboxes.erase(USER);
    expect(await store.read(TENANT, [USER.userId])).toEqual([undefined]);
  });

  test('a mailbox of 6,000 documents goes in several writes', async () => {
    const [, text] = sourceOf('feed', MEETING);
    await mailboxes.write(USER, APP, () =>
      Array.from({ length: 6000 }, (_, at) => ({ id: `spans ${at}`, text })),
    );
    await mailboxes.erase(USER);
    expect(await mailboxes.read(USER)).toEqual(new Map());
    expect((await record()).facts.calendar?.spans).toEqual([]);
  });

  test('together with presence, what was being written is not brought back', async () => {
    await put(sourceOf('feed', MEETING));
    const nowMs = clock.nowMs();
    const late = await record();
    await mailboxes.erase(USER);
    await store.update(USER, nowMs, (before) =>
      advance(before, nowMs, { kind: 'erase', appId: APP }),
    );
    const { spans: old, revision } = late.facts.calendar ?? { spans: [], revision: 0 };
    await store.update(USER, nowMs, (before) =>
      advance(before, nowMs, {
        kind: 'setCalendar',
        appId: APP,
        spans: old,
        revision,
        outOfOffice: null,
        refillAtMs: NEVER_MS,
      }),
    );
    expect((await record()).facts.calendar?.spans).toEqual([]);
  });
});

describe('the zone of a person’s clock', () => {
  test('is that of their settings, by whichever name, else UTC', async () => {
    expect((await mailboxes.zoneOf(USER)).name).toBe('UTC');
    await put(settingsSaid({ timeZone: 'W. Europe Standard Time' }));
    expect((await mailboxes.zoneOf(USER)).name).toBe('Europe/Berlin');
  });
});

test('a mailbox whose documents were lost goes on after what presence knows', async () => {
  for (let at = 0; at < 5; at++) await put(sourceOf('feed', MEETING));
  const documents = store.documentsOf(0);
  for (const id of (await documents.all(COLLECTION)).keys()) {
    await documents.write([{ collection: COLLECTION, id, text: undefined }]);
  }
  const later = ['busy', '2026-11-21T12:00:00Z', '2026-11-21T13:00:00Z'] as const;
  await put(sourceOf('feed', later));
  expect((await record()).facts.calendar).toMatchObject({ spans: spans(later), revision: 6 });
});
