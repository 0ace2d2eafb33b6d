import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { fetchFeed, type Validators } from '../../src/feeds/fetch.ts';
import { createOutbound } from '../../src/outbound/open.ts';
import type { ReceiverAnswer } from '../subscriptions/receiver.ts';
import { openCalendarServer } from './feeding.ts';

const NOW_MS = Date.parse('2026-11-21T09:00:00Z');

async function fetching(url: string, known: Validators | null = null, limitMs?: number) {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
  onTestFinished(() => outbound.close());
  const parts = { outbound, nowMs: () => NOW_MS, ...(limitMs !== undefined && { limitMs }) };
  return fetchFeed(url, known, parts);
}

test('the bytes come as they were sent, with what they are known by', async () => {
  const { url, answerWith } = await openCalendarServer();
  const headers = { etag: 'W/"7"', 'last-modified': 'yesterday', 'cache-control': 'max-age=60' };
  answerWith({ body: 'grüß', contentType: 'text/calendar', headers });
  expect(await fetching(url)).toEqual({
    kind: 'content',
    bytes: new Uint8Array(Buffer.from('grüß')),
    contentType: 'text/calendar',
    validators: { etag: 'W/"7"', lastModified: 'yesterday' },
    restMs: 60_000,
  });
});

test('what could not be sent back is not remembered', async () => {
  const { url, answerWith } = await openCalendarServer();
  answerWith({ body: '', headers: { etag: `"${'x'.repeat(512)}"` } });
  expect(await fetching(url)).toMatchObject({ validators: { etag: null, lastModified: null } });
});

test('a server that says nothing is waited for no longer than the limit', async () => {
  const { url, behave } = await openCalendarServer();
  behave(() => new Promise<ReceiverAnswer>(() => {}));
  const fetched = await fetching(url, null, 100);
  expect(fetched).toMatchObject({ kind: 'failed', retryAfterMs: 0 });
  expect(fetched).toHaveProperty('reason', expect.stringContaining('waiting for the answer'));
});

test('redirects share the limit', async () => {
  const slow = await openCalendarServer();
  slow.behave(() => new Promise<ReceiverAnswer>(() => {}));
  const first = await openCalendarServer();
  first.behave(async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    return { status: 302, headers: { location: slow.url } };
  });
  const begunMs = performance.now();
  const fetched = await fetching(first.url, null, 200);
  expect(performance.now() - begunMs).toBeLessThan(1000);
  expect(fetched).toMatchObject({ kind: 'failed' });
  expect(fetched).toHaveProperty('reason', expect.stringMatching(/^it redirects to 127\.0\.0\.1:/));
});

test('what is known goes along with a redirect, and is asked for where it leads', async () => {
  const target = await openCalendarServer({ status: 304, body: '' });
  const { url } = await openCalendarServer({ status: 308, headers: { location: target.url } });
  const fetched = await fetching(url, { etag: '"1"', lastModified: null });
  expect(fetched).toEqual({ kind: 'not modified', restMs: 0 });
  expect(target.received[0]).toMatchObject({ headers: { 'if-none-match': '"1"' } });
});

test('a redirect may be relative, and to webcal', async () => {
  const { url, behave, origin } = await openCalendarServer();
  behave(({ path }) =>
    path.endsWith('basic.ics') ? { status: 307, headers: { location: '../b?c#d' } } : { body: 'b' },
  );
  expect(await fetching(url)).toMatchObject({ kind: 'content' });
  const toWebcal = await openCalendarServer({
    status: 307,
    headers: { location: origin.replace('http:', 'webcal:') },
  });
  // Nobody speaks TLS there: that it is tried shows what webcal means.
  const fetched = await fetching(toWebcal.url);
  expect(fetched).toHaveProperty('reason', expect.stringMatching(/127\.0\.0\.1:\d+: .*TLS/));
});

test('whoever redirects again and again is left after three times', async () => {
  const { url, received, answerWith } = await openCalendarServer();
  answerWith({ status: 301, headers: { location: url } });
  const fetched = await fetching(url);
  expect(fetched).toHaveProperty('reason', expect.stringContaining('more than 3 times'));
  expect(received).toHaveLength(4);
});

test.each([undefined, 'https://['])('a redirect to %s is a failure', async (location) => {
  const headers = location === undefined ? {} : { location };
  const { url } = await openCalendarServer({ status: 302, headers });
  expect(await fetching(url)).toHaveProperty('reason', 'it redirects to nowhere');
});

test.each([
  ['120', 120_000],
  [new Date(NOW_MS + 90_000).toUTCString(), 90_000],
  ['soon', 0],
  [new Date(NOW_MS - 90_000).toUTCString(), 0],
])('a refusal with Retry-After %s is heeded', async (value, retryAfterMs) => {
  const { url } = await openCalendarServer({ status: 503, headers: { 'retry-after': value } });
  const reason = 'it answered with status 503';
  expect(await fetching(url)).toEqual({ kind: 'failed', reason, retryAfterMs });
});

test('nobody who is there is a failure that names no address', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const fetched = await fetching(`http://127.0.0.1:${port}/s3cret.ics`);
  expect(fetched).toMatchObject({ kind: 'failed' });
  expect(JSON.stringify(fetched)).not.toMatch(/s3cret|127/);
});
