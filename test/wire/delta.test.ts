import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLmdbStore } from '../../src/store/lmdb/open.ts';
import { newFolder } from '../store/folders.ts';
import {
  type Answer,
  COLLEAGUE,
  expectError,
  MINUTE_MS,
  OTHER_TENANT,
  type Porchlight,
  STRANGER,
  session,
  startPorchlight,
  type TokenOptions,
  USER,
  USER_NAME,
} from './porchlight.ts';
import { say, type ToldPresence } from './watching.ts';

const DELTA = '/porchlight/presences/delta';
const BOTH = `?ids=${USER},${COLLEAGUE}`;

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

interface Round {
  readonly ids: readonly string[];
  readonly value: readonly ToldPresence[];
  readonly link: string;
  readonly hasMore: boolean;
}

function roundOf({ status, body, text }: Answer): Round {
  expect(status, text).toBe(200);
  const { value, ...rest } = body as {
    readonly value: readonly ToldPresence[];
    readonly '@odata.context': string;
    readonly '@odata.nextLink'?: string;
    readonly '@odata.deltaLink'?: string;
  };
  const next = rest['@odata.nextLink'];
  const delta = rest['@odata.deltaLink'];
  expect(next === undefined).not.toBe(delta === undefined);
  const link = next ?? delta ?? '';
  return { value, ids: value.map(({ id }) => id), link, hasMore: next !== undefined };
}

async function round(query: string, server = porchlight, options: TokenOptions = {}) {
  return roundOf(await server.as(options).get(`${DELTA}${query}`));
}

/** Follows a link as it was given: it names the server itself. */
async function follow(link: string, server = porchlight, options: TokenOptions = {}) {
  expect(link.startsWith(`${server.origin}${DELTA}?`)).toBe(true);
  return roundOf(await server.as(options).get(link.slice(server.origin.length)));
}

const thousands = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `bbbbbbbb-0000-4000-8000-${String(index).padStart(12, '0')}`,
  );

describe('rounds', () => {
  test('the first call gives everybody as a bulk read does, and a link', async () => {
    const ids = [COLLEAGUE, USER_NAME, 'nobody@contoso.example'];
    const answer = await porchlight
      .as()
      .get(`${DELTA}?ids=${ids.map(encodeURIComponent).join(',')}`);
    const bulk = await porchlight.as().post('/v1.0/communications/getPresencesByUserId', { ids });
    const { '@odata.deltaLink': link, ...rest } = answer.body as { '@odata.deltaLink': string };
    expect(rest).toEqual(bulk.body);
    expect((await follow(link)).ids).toEqual([]);
  });

  test('a link gives those who have changed since, each once, as they are now', async () => {
    const first = await round(BOTH);
    await say(porchlight, USER, 'one');
    await say(porchlight, STRANGER, 'not asked for');
    await say(porchlight, USER, 'two');
    const second = await follow(first.link);
    expect(second.ids).toEqual([USER]);
    expect(second.value[0]?.statusMessage?.message.content).toBe('two');
    await say(porchlight, COLLEAGUE, 'three');
    expect((await follow(second.link)).ids).toEqual([COLLEAGUE]);
    // The same link again: the same question, and again an answer.
    expect((await follow(first.link)).ids).toEqual([USER, COLLEAGUE]);
  });

  test('a fade that nobody wrote is a change', async () => {
    await porchlight
      .as()
      .post(`/v1.0/users/${USER}/presence/setPresence`, session('Available/Available', 'PT1H'));
    const first = await round(BOTH);
    porchlight.clock.advance(5 * MINUTE_MS);
    await porchlight.server.shifts.tick();
    const { value } = await follow(first.link);
    expect(value.map(({ activity }) => activity)).toEqual(['AvailableInactive']);
  });

  test('what changes while a round is read is told in the next', async () => {
    let link = (await round(BOTH)).link;
    let isWriting = true;
    let last = '';
    const writing = (async () => {
      for (let count = 0; count < 500; count++) {
        last = `text ${count}`;
        await say(porchlight, USER, last);
        if (count % 7 === 0) await new Promise(setImmediate);
      }
      isWriting = false;
    })();
    let shown: string | undefined;
    const read = async () => {
      const next = await follow(link);
      link = next.link;
      shown = next.value[0]?.statusMessage?.message.content ?? shown;
    };
    while (isWriting) await read();
    await writing;
    await read();
    expect(shown).toBe(last);
    expect((await follow(link)).ids).toEqual([]);
  });

  test('$select holds for the rounds that follow', async () => {
    const first = await round(`${BOTH}&$select=id,activity`);
    await say(porchlight, USER, 'selected');
    const { value } = await follow(first.link);
    expect(value.map((each) => Object.keys(each))).toEqual([['id', 'activity']]);
  });

  test('one’s own status message is told whole, and of others the text alone', async () => {
    const options = { user: USER };
    const first = await round(BOTH, porchlight, options);
    await say(porchlight, USER, 'own');
    await say(porchlight, COLLEAGUE, 'other');
    const { value } = await follow(first.link, porchlight, options);
    expect(value.map(({ statusMessage }) => Object.keys(statusMessage ?? {}))).toEqual([
      ['message', 'publishedDateTime', 'expiryDateTime'],
      ['message'],
    ]);
  });

  test('a link holds after a restart of the server', async () => {
    const path = newFolder();
    const start = async () => startPorchlight({ parts: { store: await openLmdbStore({ path }) } });
    const before = await start();
    await say(before, COLLEAGUE, 'one');
    const first = await round(BOTH, before);
    await say(before, USER, 'two');
    const query = first.link.slice(first.link.indexOf('?'));
    await before.close();
    const after = await start();
    expect((await round(query, after)).ids).toEqual([USER]);
    await after.close();
  });

  test('650 ids fit into an address, and into the link', async () => {
    const first = await round(`?ids=${thousands(650).join(',')}`);
    expect(first.ids).toHaveLength(650);
    await say(porchlight, thousands(650)[649] ?? '', 'The last one');
    expect((await follow(first.link)).ids).toEqual([thousands(650)[649]]);
  });
});

describe('much at once', () => {
  test('more than 20,000 changes come in several answers, each user once in each', async () => {
    const busy = await startPorchlight();
    const first = await round(BOTH, busy);
    await say(busy, COLLEAGUE, 'at first');
    for (let count = 0; count < 20_010; count++) await say(busy, STRANGER, `${count}`);
    await say(busy, USER, 'at last');
    const second = await follow(first.link, busy);
    expect(second).toMatchObject({ hasMore: true, ids: [COLLEAGUE] });
    const third = await follow(second.link, busy);
    expect(third).toMatchObject({ hasMore: false, ids: [USER] });
    await busy.close();
  });

  test('without ids an application in profile extended gets everyone of the tenant, page by page', async () => {
    const extended = await startPorchlight({ profile: 'extended' });
    const ids = thousands(2300);
    for (const id of ids) await say(extended, id, 'Here');
    const foreign = extended.as({ tenant: OTHER_TENANT });
    await foreign.post(`/v1.0/users/${STRANGER}/presence/setPresence`, session('Busy/Busy'));
    const seen: string[] = [];
    let next = await round('', extended);
    await say(extended, ids[3] ?? '', 'Changed while the others are listed');
    seen.push(...next.ids);
    while (next.hasMore) {
      next = await follow(next.link, extended);
      seen.push(...next.ids);
    }
    expect(seen).toEqual(ids);
    expect((await follow(next.link, extended)).ids).toEqual([ids[3]]);
    const refused = await extended.as({ user: USER }).get(DELTA);
    expectError(refused, 400, 'BadRequest');
    expectError(await porchlight.as().get(DELTA), 400, 'BadRequest');
    await extended.close();
  });
});

describe('tokens', () => {
  test('a token for other ids, or of another tenant, is refused; the order doesn’t matter', async () => {
    const { link } = await round(BOTH);
    const token = new URL(link).searchParams.get('token') ?? '';
    expect((await round(`?ids=${COLLEAGUE},${USER_NAME}&token=${token}`)).ids).toEqual([]);
    const others = await porchlight.as().get(`${DELTA}?ids=${USER}&token=${token}`);
    expect(expectError(others, 400, 'InvalidArgument')).toContain('other ids');
    const foreign = await porchlight
      .as({ tenant: OTHER_TENANT })
      .get(`${DELTA}${BOTH}&token=${token}`);
    expectError(foreign, 400, 'InvalidArgument');
  });

  test.each(['', 'x', '****', 'eyJ9', 'a'.repeat(2000)])(
    'the token "%s" is refused',
    async (token) => {
      const answer = await porchlight.as().get(`${DELTA}${BOTH}&token=${token}`);
      expect(expectError(answer, 400, 'InvalidArgument')).toContain('[Token]');
    },
  );

  test('a token with another place, or more behind it, is refused', async () => {
    const { link } = await round(BOTH);
    const token = new URL(link).searchParams.get('token') ?? '';
    const [digest = '', place = ''] = Buffer.from(token, 'base64url').toString().split(' ');
    const wrong = [
      [digest],
      [digest, 'x'],
      [digest, `${place}0`],
      [digest, place, 'x'],
      [digest, place, USER.toUpperCase()],
      [digest, place, USER, USER],
    ];
    for (const parts of wrong) {
      const forged = Buffer.from(parts.join(' ')).toString('base64url');
      const answer = await porchlight.as().get(`${DELTA}${BOTH}&token=${forged}`);
      expect(expectError(answer, 400, 'InvalidArgument'), parts.join(' ')).toContain('[Token]');
    }
  });

  test('a token from before what is kept is 410: begin anew', async () => {
    const trimmed = await startPorchlight();
    await say(trimmed, USER, 'one');
    const { link } = await round(BOTH, trimmed);
    await say(trimmed, USER, 'two');
    await say(trimmed, USER, 'three');
    trimmed.clock.advance(1000);
    await trimmed.store.trimFeed(0, trimmed.clock.nowMs(), 2);
    const answer = await trimmed.as().get(link.slice(trimmed.origin.length));
    expect(expectError(answer, 410, 'SyncStateNotFound')).toContain('anew');
    const again = await round(BOTH, trimmed);
    expect((await follow(again.link, trimmed)).ids).toEqual([]);
    await trimmed.close();
  });

  test('a token of a feed that is no more is 410 too', async () => {
    await say(porchlight, USER, 'so that the feed isn’t empty');
    const { link } = await round(BOTH);
    const fresh = await startPorchlight();
    const answer = await fresh.as().get(link.slice(porchlight.origin.length));
    expectError(answer, 410, 'SyncStateNotFound');
    await fresh.close();
  });
});

test('delta asks for the permissions of a bulk read', async () => {
  const answers: Record<string, number> = {};
  for (const kind of ['delegated', 'application'] as const) {
    for (const permission of ['Read', 'Read.All', 'ReadWrite', 'ReadWrite.All']) {
      const options = {
        ...(kind === 'delegated' && { user: USER }),
        permissions: [`Presence.${permission}`],
      };
      const { status } = await porchlight.as(options).get(`${DELTA}${BOTH}`);
      answers[`${kind} ${permission}`] = status;
    }
  }
  expect(answers).toEqual({
    'delegated Read': 403,
    'delegated Read.All': 200,
    'delegated ReadWrite': 403,
    'delegated ReadWrite.All': 403,
    'application Read': 403,
    'application Read.All': 200,
    'application ReadWrite': 403,
    'application ReadWrite.All': 200,
  });
});
