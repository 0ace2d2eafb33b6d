import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Caller } from '../../src/auth/caller.ts';
import { createDirectory } from '../../src/directory/fixed.ts';
import { toGraphError } from '../../src/errors.ts';
import type { Strictness } from '../../src/graph/additions.ts';
import { createDispatcher } from '../../src/http/dispatcher.ts';
import { exampleDirectoryRoutes, exampleOwnRoutes, exampleRoutes } from '../http/routes.ts';
import { APP, COLLEAGUE, preferred, session, USER } from './porchlight.ts';

const HEADER = 'porchlight-additions';
/** What profile graph has as well. */
const IN_BOTH = ['select', 'advanced-queries'];
/** The routes go by the machine's clock. */
const NOW_MS = Date.now();
const DIRECTORY = createDirectory('open', new Map());

interface Asking {
  readonly method: string;
  /** `{id}` stands for what was created last. */
  readonly path: string;
  readonly body?: object;
  readonly headers?: Record<string, string>;
  readonly isApplication: boolean;
}

interface Outcome {
  readonly status: number;
  readonly additions: readonly string[];
  readonly text: string;
}

/** A server without sockets. Each run asks as another tenant: making the routes takes longer than all they do. */
function openWorld(strictness: Strictness) {
  const graph = [...exampleRoutes(), ...exampleDirectoryRoutes()];
  const own = exampleOwnRoutes();
  const [dispatch, dispatchOwn] = [graph, own].map((routes) =>
    createDispatcher(routes, DIRECTORY, [], strictness),
  );

  return (tenantId: string) => {
    let lastId = 'none';
    return async ({ method, path, body, headers, isApplication }: Asking): Promise<Outcome> => {
      const caller: Caller = {
        tenantId,
        appId: APP,
        userId: isApplication ? null : USER,
        permissions: PERMISSIONS,
        expiresMs: NOW_MS + 86_400_000,
      };
      const [below = '', query = ''] = path.replace('{id}', lastId).split('?');
      const version = 'v1.0' as const;
      const request = { version, method, path: below, query, body, origin: '', headers };
      const isOwn = path.startsWith('/porchlight/');
      try {
        const reply = await (isOwn ? dispatchOwn : dispatch)?.(request, caller);
        const { status = 500, headers: given, body: text = '' } = reply ?? {};
        if (status === 201) lastId = (JSON.parse(String(text)) as { readonly id: string }).id;
        return { status, additions: namesIn(given), text: String(text) };
      } catch (error) {
        const { status, headers: given, message } = toGraphError(error);
        return { status, additions: namesIn(given), text: message };
      }
    };
  };
}

const PERMISSIONS = new Set([
  'Presence.Read.All',
  'Presence.ReadWrite',
  'Presence.ReadWrite.All',
  'Calendars.ReadWrite',
  'User.Read.All',
]);

function namesIn(headers: Readonly<Record<string, string>> | undefined): readonly string[] {
  return headers?.[HEADER]?.split(', ') ?? [];
}

const ids = (count: number) =>
  Array.from({ length: count }, (_, at) => `${USER.slice(0, -4)}${1000 + at}`);
const query = fc.constantFrom('', '', '?$select=id', '?$select=nothing', '?$top=1');
const sessionId = fc.constantFrom(APP, APP, APP.toUpperCase(), 'desk', '');
const pair = fc.constantFrom(
  ...['Available/Available', 'Busy/InACall', 'Busy/Busy', 'DoNotDisturb/DoNotDisturb'],
  ...['BeRightBack/BeRightBack', 'Offline/Offline', 'No/Way'],
);
const minutes = fc.constantFrom(0, 30, 60, 61, 7 * 24 * 60, 8 * 24 * 60);
const resource = fc.constantFrom(
  `communications/presences/${COLLEAGUE}`,
  `users/${USER}/presence`,
  'communications/presences',
  `users/${USER}/presence?$select=activity`,
  'communications/presences?$select=nothing',
  '/me/presence',
  ...[650, 651].map(
    (count) => `communications/presences?$filter=id in ('${ids(count).join("','")}')`,
  ),
);
const until = minutes.map((after) => new Date(NOW_MS + after * 60_000).toISOString());

const requests: fc.Arbitrary<Omit<Asking, 'isApplication'>> = fc.oneof(
  fc
    .record({ id: sessionId, pair, path: fc.constantFrom('/me', `/users/${USER}`) })
    .map((given) => ({
      method: 'POST',
      path: `${given.path}/presence/setPresence`,
      body: session(given.pair, undefined, given.id),
    })),
  fc.record({ id: fc.constantFrom(APP, 'desk'), pair }).map((given) => ({
    method: 'PUT',
    path: `/users/${USER}/presence/${given.id}`,
    body: preferred(given.pair),
  })),
  sessionId.map((id) => ({
    method: 'POST',
    path: `/users/${USER}/presence/clearPresence`,
    body: { sessionId: id },
  })),
  query.map((text) => ({ method: 'GET', path: `/users/${USER}/presence${text}` })),
  fc.record({ count: fc.constantFrom(1, 650, 651), query }).map((given) => ({
    method: 'POST',
    path: `/communications/getPresencesByUserId${given.query}`,
    body: { ids: ids(given.count) },
  })),
  fc.constantFrom('setManualLocation', 'setAutomaticLocation').map((action) => ({
    method: 'POST',
    path: `/users/${USER}/presence/${action}`,
    body: { workLocationType: 'office' },
  })),
  fc
    .record({
      changeType: fc.constant('updated'),
      notificationUrl: fc.constantFrom('https://a.example/', 'https://b.example/'),
      lifecycleNotificationUrl: fc.constantFrom(null, 'https://a.example/lifecycle'),
      resource,
      expirationDateTime: until,
      '@porchlight.delivery': fc.constantFrom(null, null, 'each', 'never'),
    })
    .map((body) => ({ method: 'POST', path: '/subscriptions', body })),
  until.map((expirationDateTime) => ({
    method: 'PATCH',
    path: '/subscriptions/{id}',
    body: { expirationDateTime },
  })),
  fc.constantFrom('GET', 'DELETE').map((method) => ({ method, path: '/subscriptions/{id}' })),
  fc.constant({ method: 'POST', path: '/subscriptions/{id}/reauthorize' }),
  fc
    .constantFrom<object | null>(
      null,
      { '@porchlight.rrule': 'FREQ=DAILY;COUNT=3' },
      { '@porchlight.rrule': 'no rule' },
    )
    .map((recurrence) => ({
      method: 'POST',
      path: `/users/${USER}/events`,
      body: {
        start: { dateTime: '2026-11-23T10:00:00', timeZone: 'UTC' },
        end: { dateTime: '2026-11-23T11:00:00', timeZone: 'UTC' },
        recurrence,
      },
    })),
  fc
    .record({
      filter: fc.constantFrom("mail eq 'ne'", "mail ne 'x'", "endswith(mail,'x')", 'mail'),
      more: fc.constantFrom('', '&$count=true', '&$orderby=mail'),
      level: fc.constantFrom('session', 'eventual'),
    })
    .map(({ filter, more, level }) => ({
      method: 'GET',
      path: `/users?$filter=${encodeURIComponent(filter)}${more}`,
      headers: { consistencylevel: level },
    })),
  fc.constantFrom('', '?ids=', `?ids=${USER}`, `?ids=${ids(651).join(',')}`).map((text) => ({
    method: 'GET',
    path: `/porchlight/presences/delta${text}`,
  })),
);

const sequences = fc.array(
  fc.tuple(requests, fc.boolean()).map(([asking, isApplication]) => ({ ...asking, isApplication })),
  { minLength: 1, maxLength: 6 },
);

test('whatever is asked for: what only profile extended takes is named, what Graph has is not, and a strict server takes just that', async () => {
  const graphWorld = openWorld({ profile: 'graph', isStrict: false });
  const extendedWorld = openWorld({ profile: 'extended', isStrict: false });
  const strictWorld = openWorld({ profile: 'extended', isStrict: true });
  const named = new Set<string>();
  const seen = { both: 0, extendedAlone: 0 };
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const tenantId = randomUUID();
      const inGraph = graphWorld(tenantId);
      const inExtended = extendedWorld(tenantId);
      const strictly = strictWorld(tenantId);
      for (const asking of sequence) {
        const graph = await inGraph(asking);
        const extended = await inExtended(asking);
        const strict = await strictly(asking);
        const what = JSON.stringify([asking, graph, extended, strict]).slice(0, 2000);
        const { additions } = extended;
        for (const name of additions) named.add(name);
        if (additions.length > 0) {
          expect(strict, what).toMatchObject({ status: 400, additions: [additions[0]] });
        } else {
          expect(strict.status, what).toBe(extended.status);
        }
        if (extended.status >= 400) continue;
        if (graph.status < 400) {
          seen.both++;
          expect(graph.additions, what).toEqual(additions);
          for (const name of additions) expect(IN_BOTH, what).toContain(name);
        } else {
          seen.extendedAlone++;
          expect(additions.filter((name) => !IN_BOTH.includes(name)).length, what).toBeGreaterThan(
            0,
          );
        }
        // From here on they know different things.
        if (additions.length > 0) return;
      }
    }),
    { numRuns: Number(process.env.ADDITION_RUNS ?? 300) },
  );
  expect(seen.both).toBeGreaterThan(20);
  expect(seen.extendedAlone).toBeGreaterThan(20);
  expect(named.size).toBeGreaterThan(5);
});
