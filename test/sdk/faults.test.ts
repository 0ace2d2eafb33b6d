import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, startPorchlightDev } from '../program.ts';
import { runClient } from './clients.ts';

/**
 * `@microsoft/microsoft-graph-client`, unchanged and with its own retry middleware, against faults on demand of the
 * program, over HTTPS. Of its options only the pause is another where the server names none, which is
 * three seconds. What it makes of which fault: docs/faults.md.
 */

const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const ADA = 'fa8bf3dc-eca7-46b7-bad1-db199b62afc3';

let server: DevServer;
let task: object;

beforeAll(async () => {
  server = await startPorchlightDev();
  const certificates = join(server.dataDir, 'dev');
  task = {
    ...{ origin: server.https, tenant: TENANT, app: APP, user: ADA },
    userName: 'ada@contoso.example',
    seeds: [1, 2, 3],
    keyPath: join(certificates, 'server-key.pem'),
    certPath: join(certificates, 'server.pem'),
  };
});
afterAll(() => server.stop());

/** What became of a write under a fault. */
interface Write {
  readonly failed: { readonly statusCode: number; readonly code: string } | null;
  readonly tookMs: number;
  readonly struck: number;
  readonly shows: string;
  readonly again: null;
}

describe('faults of requests', () => {
  let seen: Readonly<Record<string, Write>> & {
    readonly event: { readonly failed: unknown; readonly events: number };
    readonly eventOnce: { readonly failed: unknown; readonly events: number };
    readonly batch: unknown;
  };

  beforeAll(async () => {
    seen = (await runClient('faulty-requests', task, server.caPath)) as typeof seen;
  });

  const done = { failed: null, shows: 'InACall', again: null };

  test.each(['429', '503', '504'])('%s is tried again three times by the middleware', (status) => {
    expect(seen[status]).toMatchObject({ ...done, struck: 3 });
  });

  test('the middleware waits as long as Retry-After says', () => {
    const write = seen['with a second to wait'];
    expect(write).toMatchObject({ ...done, struck: 1 });
    expect(write?.tookMs).toBeGreaterThanOrEqual(1000);
  });

  test('without Retry-After it waits as its options say, and tries again', () => {
    expect(seen['without Retry-After']).toMatchObject({ ...done, struck: 1 });
  });

  test('what fails more often comes to the application as it is', () => {
    expect(seen['more often than it retries']).toMatchObject({
      ...{ failed: { statusCode: 503, code: 'ServiceUnavailable' }, struck: 4 },
      ...{ shows: 404, again: null },
    });
  });

  test.each([
    ['500', 500, 'InternalServerError'],
    ['502', 502, 'BadGateway'],
    ['dropped', -1, 'TypeError'],
  ])(
    '%s comes to the application at once, whose next try gets through',
    (kind, statusCode, code) => {
      expect(seen[kind]).toMatchObject({
        ...{ failed: { statusCode, code }, struck: 1, shows: 404, again: null },
      });
    },
  );

  test('what was carried out is carried out once more, and stays what it is', () => {
    expect(seen['carried out']).toMatchObject({ ...done, struck: 1 });
    expect(seen['dropped, carried out']).toMatchObject({
      ...done,
      failed: { statusCode: -1 },
      struck: 1,
    });
  });

  test('latency is waited for, or cut short by a signal', () => {
    expect(seen.latency).toMatchObject({ ...done, struck: 1 });
    expect(seen.latency?.tookMs).toBeGreaterThanOrEqual(290);
    expect(seen['latency, without patience']).toMatchObject({
      failed: { statusCode: -1, code: 'TimeoutError' },
      again: null,
    });
  });

  test('a POST whose answer was lost makes a second event, unless it has a transactionId', () => {
    expect(seen.event).toEqual({ failed: null, events: 2 });
    expect(seen.eventOnce).toEqual({ failed: null, events: 1 });
  });

  test('parts of a batch fail by themselves, and nobody tries them again', () => {
    expect(seen.batch).toEqual({
      throttled: { status: 429, retryAfter: '7' },
      dropped: { status: 502, retryAfter: null },
      well: { status: 200, retryAfter: null },
    });
  });
});

describe('faults of notifications', () => {
  interface Kept {
    readonly knew?: boolean;
    readonly isRight: boolean;
  }
  interface Mix extends Kept {
    readonly isRightAfterwards: boolean;
    readonly struck: Readonly<Record<string, number>>;
    readonly events: number;
  }
  let seen: Readonly<Record<string, Kept>> & { readonly mixes: readonly Mix[] };

  beforeAll(async () => {
    seen = (await runClient('faulty-notifications', task, server.caPath)) as typeof seen;
  });

  test.each(['lost', 'missed', 'expired'])(
    'what was %s the model doesn’t know, and a resync repairs it',
    (kind) => {
      expect(seen[kind]).toEqual({ knew: false, isRight: true });
    },
  );

  test.each(['duplicated', 'late'])('one that is %s does the model no harm', (kind) => {
    expect(seen[kind]).toEqual({ isRight: true });
  });

  test.each([0, 1, 2])(
    'in a mix of everything, seed %#, a resync repairs what was lost',
    (index) => {
      expect(seen.mixes[index]).toMatchObject({
        isRight: true,
        isRightAfterwards: true,
        events: 3,
      });
    },
  );

  test('every fault was in the mix', () => {
    const kinds = ['error', 'drop', 'latency', 'lose', 'duplicate', 'delay', 'expire'];
    for (const kind of kinds) {
      const times = seen.mixes.reduce((sum, { struck }) => sum + (struck[kind] ?? 0), 0);
      expect(times, kind).toBeGreaterThan(0);
    }
  });
});
