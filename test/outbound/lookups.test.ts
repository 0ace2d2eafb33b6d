import { expect, onTestFinished, test } from 'vitest';
import { createOutbound, type OutboundOptions } from '../../src/outbound/open.ts';
import { ok, receive } from './receiver.ts';
import { post, watchSystem } from './trap.ts';

/** Loopback is allowed, so that a look-up can lead to a receiver; host names end in .localhost. */
function open(lookup: NonNullable<OutboundOptions['lookup']>, allow: readonly string[] = []) {
  const outbound = createOutbound({ allow, allowHttpToLoopback: true, lookup });
  onTestFinished(() => outbound.close());
  return outbound;
}

function watch() {
  const system = watchSystem();
  onTestFinished(() => system.stop());
  return system;
}

test('a host is looked up once for a connection, and its answer is where the connection goes', async () => {
  const receiver = await receive((socket) => socket.write(ok()), { host: '0.0.0.0' });
  const asked: string[] = [];
  const outbound = open(async (host) => {
    asked.push(host);
    return ['127.0.0.9'];
  });
  const url = `http://Receiver.LOCALHOST:${receiver.port}/hook`;
  for (let count = 0; count < 3; count++) {
    expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered', body: 'fine' });
  }
  expect(asked).toEqual(['receiver.localhost']);
  expect(receiver.connections.map((socket) => socket.localAddress)).toEqual(['127.0.0.9']);
});

test('a host that changes its address keeps its connection, and is checked anew for the next', async () => {
  const flipping = await receive((socket, _, { request }) =>
    socket.write(request === 0 ? ok() : ok('bye', 'connection: close\r\n')),
  );
  const answers = [['127.0.0.1'], ['10.0.0.1'], ['127.0.0.1']];
  let asked = 0;
  const outbound = open(async () => answers[asked++] ?? []);
  const system = watch();
  const url = `http://flip.localhost:${flipping.port}/`;
  expect(await outbound.send(post(url))).toMatchObject({ body: 'fine' });
  expect(await outbound.send(post(url))).toMatchObject({ body: 'bye' });
  expect([asked, system.connects()]).toEqual([1, 1]);
  expect(await outbound.send(post(url))).toMatchObject({ code: 'forbidden' });
  expect([asked, system.connects()]).toEqual([2, 1]);
});

test('the next address is tried where the first is not listened on', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const outbound = open(async () => ['::1', '127.0.0.1']);
  const result = await outbound.send(post(`http://two.localhost:${receiver.port}/`));
  expect(result).toMatchObject({ kind: 'answered' });
});

test.each([
  [[]],
  [['']],
  [['garbage']],
  [['127.0.0.1', 'receiver.example']],
  [['127.0.0.1', '127.1']],
  [['127.0.0.1', '0x7f000001']],
  [['127.0.0.1', '::ffff:127.0.0.1']],
  [['::ffff:7f00:1']],
  [['fe80::1%lo']],
  [['::1%lo']],
  [['127.0.0.1', '8.8.8.8']],
  [['0.0.0.0']],
  [['::']],
  [['127.0.0.1', '::']],
])('an answer of %j connects to nothing, even where loopback is allowed', async (answer) => {
  const system = watch();
  const outbound = open(async () => answer);
  const result = await outbound.send(post('http://odd.localhost:1/'));
  const code = answer.length === 0 ? 'unreachable' : 'forbidden';
  expect(result).toMatchObject({ kind: 'failed', code });
  expect(system.connects()).toBe(0);
});

test.each([
  ['rejects', () => Promise.reject(Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }))],
  [
    'throws',
    () => {
      throw new Error('no DNS');
    },
  ],
  ['answers with what is no list', () => Promise.resolve(undefined as unknown as string[])],
  ['answers with what is no text', () => Promise.resolve([7, null] as unknown as string[])],
])('a look-up that %s fails the request', async (_, lookup) => {
  const system = watch();
  const result = await open(lookup).send(post('https://receiver.example/'));
  expect(result).toMatchObject({
    kind: 'failed',
    code: expect.stringMatching(/unreachable|forbidden/),
  });
  expect(system.connects()).toBe(0);
});

test('a look-up that hangs is over with the time limit, and what it answers later is not used', async () => {
  let answer: (addresses: string[]) => void = () => {};
  const outbound = open(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const system = watch();
  const result = await outbound.send(post('http://slow.localhost:1/', { timeoutMs: 100 }));
  expect(result).toMatchObject({
    kind: 'failed',
    code: 'timeout',
    reason: '100 ms were over while looking the name up',
  });
  expect(result.elapsedMs).toBeGreaterThan(90);
  expect(result.elapsedMs).toBeLessThan(2000);
  answer(['127.0.0.1']);
  await new Promise(setImmediate);
  expect(system.connects()).toBe(0);
});

test('an address in the URL is not looked up', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const outbound = open(() => Promise.reject(new Error('asked')));
  const result = await outbound.send(post(`http://127.0.0.1:${receiver.port}/`));
  expect(result).toMatchObject({ kind: 'answered' });
});

test('a connection that the system makes elsewhere than it was told is hung up before a byte is sent', async () => {
  // To Linux, connecting to 0.0.0.0 means 127.0.0.1.
  const receiver = await receive((socket) => socket.write(ok()));
  const origin = `http://elsewhere.example:${receiver.port}`;
  const result = await open(async () => ['0.0.0.0'], [origin]).send(post(`${origin}/`));
  expect(result).toMatchObject({
    code: 'unreachable',
    reason: 'it was connected to another address than was asked for',
  });
  expect(receiver.received()).toBe('');
});

test('names are resolved as the machine does by default', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
  onTestFinished(() => outbound.close());
  const system = watch();
  const result = await outbound.send(post(`http://localhost:${receiver.port}/`));
  expect(result).toMatchObject({ kind: 'answered' });
  expect(system.lookups()).toBe(1);
});
