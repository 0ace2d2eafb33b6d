import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT, start, temporaryFolder } from '../program.ts';
import { checkFlushedFirst, parseTrace, TRACED } from './trace.ts';

const TENANT = '2f75e7fc-bf0b-44ac-82ef-9a2769953954';
const APP = '22553876-f5ab-4529-bffb-cfe50aa89f87';
const USERS = ['fa8bf3dc-eca7-46b7-bad1-db199b62afc3', '55b02b97-4f73-4022-a6f0-2a3b400d2e28'];

/** Requests, one after another. Each carries its marker in what it writes. */
const REQUESTS: readonly ((marker: string) => { path: string; body: unknown })[] = [
  (marker) => ({ path: `/users/${USERS[0]}/presence/setStatusMessage`, body: message(marker) }),
  (marker) => ({
    path: `/users/${USERS[1]}/presence/setPresence`,
    body: { sessionId: marker, availability: 'Available', activity: 'Available' },
  }),
  (marker) => ({
    path: '/$batch',
    body: {
      requests: USERS.map((user, index) => ({
        id: String(index),
        method: 'POST',
        url: `/users/${user}/presence/setStatusMessage`,
        headers: { 'Content-Type': 'application/json' },
        body: message(`${marker} of ${index}`),
      })),
    },
  }),
];

const ROUNDS = 5;

function message(content: string) {
  return { statusMessage: { message: { content, contentType: 'text' } } };
}

function needStrace(): void {
  try {
    execFileSync('strace', ['-V'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error('This test needs strace (Debian: apt-get install strace).', { cause });
  }
}

async function tokenOf(origin: string): Promise<string> {
  const response = await fetch(`${origin}/${TENANT}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APP,
      client_secret: 'any',
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

test('a write is on the disk before its answer is sent', { timeout: 120_000 }, async () => {
  needStrace();
  const folder = temporaryFolder();
  const traceFile = join(folder, 'trace');
  const tracing = ['-f', '-y', '-ttt', '-s', '65536', '-o', traceFile];
  const server = start('strace', [
    ...[...tracing, '-e', `trace=${TRACED.join(',')}`, process.execPath],
    ...[join(ROOT, 'dist', 'main.js'), 'dev', '--port', '0', '--https-port', '0'],
    ...['--data', folder, '--profile', 'extended'],
  ]);
  const markers: string[] = [];
  try {
    const [, origin = ''] = await server.line(/^ {2}HTTP +(http:\S+)$/);
    const token = await tokenOf(origin);
    for (let round = 0; round < ROUNDS; round++) {
      for (const request of REQUESTS) {
        const marker = `marker-${markers.length}`;
        markers.push(marker);
        const { path, body } = request(marker);
        const response = await fetch(`${origin}/v1.0${path}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'client-request-id': marker,
          },
          body: JSON.stringify(body),
        });
        expect(response.status, await response.text()).toBe(200);
      }
    }
  } finally {
    await server.stop();
  }

  const calls = parseTrace(readFileSync(traceFile, 'utf8'));
  const store = join(folder, 'store', 'porchlight.mdb');
  let since = -1;
  for (const marker of markers) since = checkFlushedFirst(calls, { store, marker, since });
});
