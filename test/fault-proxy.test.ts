import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

/** Answers each byte with itself, and keeps what it heard. */
let server: Server;
let heard: string;
let served: Socket[];
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  heard = '';
  served = [];
  server = createServer((socket) => {
    served.push(socket);
    socket.on('error', () => {});
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      socket.write(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await startFaultProxy((server.address() as AddressInfo).port);
});

afterEach(async () => {
  for (const socket of [...clients.splice(0), ...served]) socket.destroy();
  await proxy.close();
  server.close();
  await once(server, 'close');
});

interface Client {
  readonly socket: Socket;
  readonly got: () => string;
  readonly closed: Promise<string>;
}

function client(): Client {
  const socket = connect(proxy.port, '127.0.0.1');
  clients.push(socket);
  let got = '';
  let reason = 'ended';
  socket.setEncoding('utf8').on('data', (text: string) => {
    got += text;
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    reason = error.code ?? error.message;
  });
  return { socket, got: () => got, closed: closing(socket).then(() => reason) };
}

/** As `once` does, but that an error before it is no failure. */
function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

/** A client whose first word came back. */
async function connected(): Promise<Client> {
  const one = client();
  one.socket.write('.');
  await expect.poll(one.got).toBe('.');
  return one;
}

test('passes on what is said, and ends', async () => {
  const one = await connected();
  one.socket.write('hello');
  await expect.poll(one.got).toBe('.hello');
  one.socket.end();
  expect(await one.closed).toBe('ended');
  await expect.poll(() => proxy.connections).toBe(0);
});

test('takes longer in each direction, and keeps the order', async () => {
  const one = await connected();
  proxy.delay('to server', 60);
  proxy.delay('to client', 40);
  const startedMs = performance.now();
  one.socket.write('a');
  one.socket.write('b');
  await expect.poll(one.got).toBe('.ab');
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(95);
});

test('resets connections at both ends, and takes new ones', async () => {
  const one = await connected();
  const [end] = served;
  const told = closing(end as Socket);
  proxy.reset();
  expect(await one.closed).toBe('ECONNRESET');
  await told;
  await connected();
});

test('freezes connections without a word, and says so when all is well again', async () => {
  const one = await connected();
  proxy.freeze();
  one.socket.write('lost');
  await connected();
  expect(heard).toBe('..');
  expect(one.socket.destroyed || served[0]?.destroyed).toBe(false);
  served[0]?.destroy();
  await connected();
  expect(one.socket.destroyed).toBe(false);
  proxy.heal();
  expect(await one.closed).toBe('ECONNRESET');
});

test('swallows new connections, if asked to', async () => {
  await connected();
  proxy.freeze({ newOnes: true });
  const late = client();
  late.socket.write('late');
  await expect.poll(() => proxy.connections).toBe(2);
  proxy.heal();
  expect(await late.closed).toBe('ECONNRESET');
  expect(heard).toBe('.');
});

test('holds what goes one way until all is well again, while the other way flows', async () => {
  const one = await connected();
  proxy.hold('to client');
  one.socket.write('question');
  await expect.poll(() => heard).toBe('.question');
  expect(one.got()).toBe('.');
  proxy.heal();
  await expect.poll(one.got).toBe('.question');

  proxy.hold('to server');
  one.socket.write('late');
  served[0]?.write('early');
  await expect.poll(one.got).toBe('.questionearly');
  expect(heard).toBe('.question');
  proxy.heal();
  await expect.poll(() => heard).toBe('.questionlate');
});

test('loses what goes one way, and lets nothing follow the gap', async () => {
  const one = await connected();
  proxy.lose('to server');
  one.socket.write('lost');
  served[0]?.write('heard');
  await expect.poll(one.got).toBe('.heard');
  proxy.heal();
  expect(await one.closed).toBe('ECONNRESET');
  expect(heard).toBe('.');
});

test('refuses new connections, and leaves the others alone', async () => {
  const one = await connected();
  proxy.refuse();
  const late = client();
  expect(await late.closed).toMatch(/ECONNRESET|ended/);
  one.socket.write('still');
  await expect.poll(one.got).toBe('.still');
  proxy.heal();
  await connected();
});

test('faults add up', async () => {
  const one = await connected();
  proxy.delay('to server', 50);
  proxy.hold('to client');
  proxy.refuse();
  one.socket.write('x');
  const late = client();
  await late.closed;
  await expect.poll(() => heard).toBe('.x');
  expect(one.got()).toBe('.');
  proxy.heal();
  await expect.poll(one.got).toBe('.x');
});
