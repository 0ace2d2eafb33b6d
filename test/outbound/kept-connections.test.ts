import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createOutbound } from '../../src/outbound/open.ts';
import { ok, receive } from './receiver.ts';
import { post } from './trap.ts';

function open() {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
  onTestFinished(() => outbound.close());
  return outbound;
}

/** Answers the first request of the first connection; does `then` with what follows there. */
async function answersOnce(then: (socket: Socket) => void) {
  const receiver = await receive((socket, _, { connection, request }) => {
    if (connection === 0 && request > 0) then(socket);
    else socket.write(ok(`${connection}`));
  });
  const url = `http://127.0.0.1:${receiver.port}/`;
  const requests = () => receiver.received().split('POST / HTTP').length - 1;
  return { receiver, url, requests };
}

test.each<[string, (socket: Socket) => void]>([
  ['reset', (socket) => socket.resetAndDestroy()],
  ['ended', (socket) => socket.end()],
])(
  'a request on a kept connection that is %s without an answer is sent once more, on a new one',
  async (_, then) => {
    const { receiver, url, requests } = await answersOnce(then);
    const outbound = open();
    expect(await outbound.send(post(url))).toMatchObject({ body: '0' });
    expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered', body: '1' });
    expect([receiver.connections.length, requests()]).toEqual([2, 3]);
  },
);

test('it is sent once more and no more than that', async () => {
  const receiver = await receive((socket, _, { connection, request }) => {
    if (connection === 0 && request === 0) socket.write(ok());
    else socket.resetAndDestroy();
  });
  const outbound = open();
  const url = `http://127.0.0.1:${receiver.port}/`;
  await outbound.send(post(url));
  expect(await outbound.send(post(url))).toMatchObject({ code: 'unreachable' });
  expect(receiver.connections).toHaveLength(2);
});

test('all kept connections may be dead: the second try is on a new one', async () => {
  let reset = false;
  const waiting: Socket[] = [];
  const receiver = await receive((socket, _, { connection }) => {
    if (reset && connection < 4) socket.resetAndDestroy();
    else if (connection >= 4) socket.write(ok('new'));
    else if (waiting.push(socket) === 4) for (const each of waiting) each.write(ok());
  });
  const outbound = open();
  const url = `http://127.0.0.1:${receiver.port}/`;
  await Promise.all(Array.from({ length: 4 }, () => outbound.send(post(url))));
  reset = true;
  expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered', body: 'new' });
  expect(receiver.received().split('POST / HTTP').length - 1).toBe(4 + 2);
});

test('a request is not sent again once a byte of an answer came', async () => {
  const { receiver, url } = await answersOnce((socket) => {
    socket.write('H', () => setImmediate(() => socket.resetAndDestroy()));
  });
  const outbound = open();
  await outbound.send(post(url));
  expect(await outbound.send(post(url))).toMatchObject({ kind: 'failed' });
  expect(receiver.connections).toHaveLength(1);
});

test('a request on a new connection is not sent again', async () => {
  const receiver = await receive((socket) => socket.resetAndDestroy());
  const result = await open().send(post(`http://127.0.0.1:${receiver.port}/`));
  expect(result).toMatchObject({ code: 'unreachable' });
  expect(receiver.connections).toHaveLength(1);
});

test('the second try has no more time than the first', async () => {
  const receiver = await receive((socket, _, { connection, request }) => {
    if (connection === 0 && request === 0) socket.write(ok());
    else if (connection === 0) socket.resetAndDestroy();
  });
  const outbound = open();
  const url = `http://127.0.0.1:${receiver.port}/`;
  await outbound.send(post(url));
  const result = await outbound.send(post(url, { timeoutMs: 150 }));
  expect(result).toMatchObject({ code: 'timeout' });
  expect(result.elapsedMs).toBeLessThan(2000);
});

test.each(['with the first', 'later'])(
  'an answer nobody asked for, that comes %s, is not taken for the next',
  async (when) => {
    const forged = ok('forged');
    const receiver = await receive((socket, _, { connection }) => {
      if (connection > 0) socket.write(ok('real'));
      else if (when === 'later') socket.write(ok(), () => setImmediate(() => socket.write(forged)));
      else socket.write(ok() + forged);
    });
    const outbound = open();
    const url = `http://127.0.0.1:${receiver.port}/`;
    expect(await outbound.send(post(url))).toMatchObject({ body: 'fine' });
    // Enough turns for what was sent to arrive.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await outbound.send(post(url))).toMatchObject({ kind: 'answered', body: 'real' });
  },
);
