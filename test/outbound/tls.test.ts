import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type DevCertificates, openDevCertificates } from '../../src/auth/dev-certificates/open.ts';
import { authorities } from '../../src/outbound/authorities.ts';
import { createOutbound, type OutboundOptions } from '../../src/outbound/open.ts';
import { run } from '../program.ts';
import { ok, type ReceiverOptions, receive, type Script } from './receiver.ts';
import { post } from './trap.ts';

let dir: string;
let certificates: DevCertificates;
let others: DevCertificates;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'porchlight-outbound-'));
  const nowMs = Date.now();
  certificates = await openDevCertificates({ dir: join(dir, 'ours'), nowMs });
  others = await openDevCertificates({ dir: join(dir, 'others'), nowMs });
});

afterAll(() => rm(dir, { recursive: true }));

function open(options: Partial<OutboundOptions> = {}) {
  const outbound = createOutbound({
    allow: [],
    allowHttpToLoopback: true,
    ca: [certificates.ca],
    lookup: async () => ['127.0.0.1'],
    ...options,
  });
  onTestFinished(() => outbound.close());
  return outbound;
}

/** A receiver with a certificate for localhost. */
function receiveTls(script: Script, more: tls.TlsOptions = {}, rest: ReceiverOptions = {}) {
  const { key, cert } = certificates;
  return receive(script, { ...rest, tls: { key, cert, ...more } });
}

/** An environment variable, for one test. */
function setEnvironment(name: string, value: string): void {
  const before = process.env[name];
  process.env[name] = value;
  onTestFinished(() => {
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  });
}

test('a receiver whose certificate leads to an added authority is sent to, by name and by address', async () => {
  const names: unknown[] = [];
  const receiver = await receiveTls((socket) => {
    names.push(socket instanceof tls.TLSSocket && socket.servername);
    socket.write(ok());
  });
  const outbound = open();
  for (const host of ['localhost', '127.0.0.1', 'LOCALHOST.']) {
    const result = await outbound.send(post(`https://${host}:${receiver.port}/hook`));
    expect(result).toMatchObject({ kind: 'answered', status: 200, body: 'fine' });
  }
  expect(names).toEqual(['localhost', false, 'localhost']);
});

test('a connection is kept for the next request', async () => {
  const receiver = await receiveTls((socket) => socket.write(ok()));
  const outbound = open();
  const url = `https://localhost:${receiver.port}/`;
  for (let count = 0; count < 2; count++) {
    expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered' });
  }
  expect(receiver.connections).toHaveLength(1);
});

test('a kept connection that was closed in the meantime is not the end of the request', async () => {
  const receiver = await receiveTls((socket, _, { connection, request }) => {
    if (connection === 0 && request > 0) socket.end();
    else socket.write(ok(`${connection}`));
  });
  const outbound = open();
  const url = `https://localhost:${receiver.port}/`;
  expect(await outbound.send(post(url))).toMatchObject({ body: '0' });
  expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered', body: '1' });
});

test('a certificate of an unknown authority is not accepted, and nothing is sent', async () => {
  const receiver = await receiveTls((socket) => socket.write(ok()));
  for (const ca of [[], [others.ca]]) {
    const result = await open({ ca }).send(post(`https://localhost:${receiver.port}/?s3cret`));
    expect(result).toMatchObject({ code: 'tls' });
    expect(JSON.stringify(result)).not.toContain('s3cret');
  }
  expect(receiver.received()).toBe('');
});

test('NODE_TLS_REJECT_UNAUTHORIZED changes nothing about that', async () => {
  setEnvironment('NODE_TLS_REJECT_UNAUTHORIZED', '0');
  const receiver = await receiveTls((socket) => socket.write(ok()));
  const result = await open({ ca: [] }).send(post(`https://localhost:${receiver.port}/`));
  expect(result).toMatchObject({ code: 'tls' });
  expect(receiver.received()).toBe('');
});

test('a certificate for another name is not accepted, exception or not', async () => {
  const receiver = await receiveTls((socket) => socket.write(ok()), {}, { host: '0.0.0.0' });
  const outbound = open({ allow: [`hooks.example:${receiver.port}`] });
  for (const host of ['receiver.localhost', 'hooks.example', '127.0.0.2']) {
    const result = await outbound.send(post(`https://${host}:${receiver.port}/`));
    expect(result, host).toMatchObject({
      code: 'tls',
      reason: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID'),
    });
  }
  expect(receiver.received()).toBe('');
});

test('TLS below 1.2 is not spoken', async () => {
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' } as const;
  const receiver = await receiveTls((socket) => socket.write(ok()), old);
  const result = await open().send(post(`https://localhost:${receiver.port}/`));
  expect(result).toMatchObject({ code: 'tls' });
});

test('TLS 1.2 is', async () => {
  const receiver = await receiveTls((socket) => socket.write(ok()), { maxVersion: 'TLSv1.2' });
  const result = await open().send(post(`https://localhost:${receiver.port}/`));
  expect(result).toMatchObject({ kind: 'answered' });
});

test('a receiver that speaks no TLS fails, and one that hangs up or is silent in the handshake', async () => {
  const plain = await receive((socket) => socket.write(ok()));
  const resets = await receive((socket) => socket.resetAndDestroy());
  const hangs = await receive(() => {});
  const outbound = open();
  const to = ({ port }: { port: number }) => post(`https://localhost:${port}/`, { timeoutMs: 300 });
  expect(await outbound.send(to(plain))).toMatchObject({ code: 'tls' });
  expect(await outbound.send(to(resets))).toMatchObject({ code: 'unreachable' });
  expect(await outbound.send(to(hangs))).toMatchObject({
    code: 'timeout',
    reason: '300 ms were over while agreeing on TLS',
  });
});

test('a receiver that asks for a client certificate fails', async () => {
  const more = { requestCert: true, rejectUnauthorized: true };
  const receiver = await receiveTls((socket) => socket.write(ok()), more);
  const result = await open().send(post(`https://localhost:${receiver.port}/`));
  expect(result).toMatchObject({ kind: 'failed', code: expect.stringMatching(/tls|unreachable/) });
});

test('added authorities come beside the usual ones', () => {
  const all = authorities([certificates.ca]);
  expect(all).toContain(certificates.ca);
  expect(all.length).toBeGreaterThan(100);
  expect(all).toEqual(expect.arrayContaining([tls.rootCertificates[0]]));
});

// In a process of its own: Node reads the variable when it starts.
test.each([
  { what: 'are there beside the usual ones', file: () => certificates.caPath, more: 1 },
  { what: 'are done without where there is no such file', file: () => 'missing.pem', more: 0 },
])('authorities of NODE_EXTRA_CA_CERTS $what', async ({ file, more }) => {
  const count = `
    import { rootCertificates } from 'node:tls';
    import { authorities } from './dist/outbound/authorities.js';
    console.log(authorities([]).length - rootCertificates.length);
  `;
  const { code, stdout } = await run(process.execPath, ['--input-type=module', '-e', count], {
    env: { NODE_EXTRA_CA_CERTS: file() },
  });
  expect(code).toBe(0);
  expect(stdout.trim()).toBe(String(more));
});

test('an authority that is no certificate is said to be none at once', () => {
  expect(() => open({ ca: ['garbage'] })).toThrow();
});
