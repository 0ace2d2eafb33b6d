import { channel } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createOutbound } from '../../src/outbound/open.ts';
import { ok, type Receiver, receive, type Script } from './receiver.ts';
import { post } from './trap.ts';

function open() {
  const outbound = createOutbound({ allow: [], allowHttpToLoopback: true });
  onTestFinished(() => outbound.close());
  return outbound;
}

const urlOf = ({ port }: Receiver) => `http://127.0.0.1:${port}/hook?validationToken=s3cret`;

/** Sends once to a receiver that does this with every chunk. */
async function sendTo(script: Script, rest: Parameters<typeof post>[1] = {}) {
  const receiver = await receive(script);
  return { result: await open().send(post(urlOf(receiver), rest)), receiver };
}

const say =
  (text: string): Script =>
  (socket) =>
    socket.end(text, 'latin1');

test('a request is sent as it was given, with what is needed to be HTTP', async () => {
  const { receiver, result } = await sendTo((socket) => socket.write(ok('grüß', 'x-a: b\r\n')), {
    headers: { 'Content-Type': 'application/json', 'X-Id': '7', Host: 'other', 'User-Agent': 'x' },
    body: '{"a":"ü"}',
  });
  expect(result).toEqual({
    kind: 'answered',
    status: 200,
    contentType: 'text/plain',
    body: 'grüß',
    elapsedMs: expect.any(Number),
  });
  const [head = '', body] = Buffer.from(receiver.received(), 'latin1').toString().split('\r\n\r\n');
  expect(head.split('\r\n').sort()).toEqual([
    'Connection: keep-alive',
    'POST /hook?validationToken=s3cret HTTP/1.1',
    'accept-encoding: identity',
    'content-length: 10',
    'content-type: application/json',
    `host: 127.0.0.1:${receiver.port}`,
    'user-agent: Porchlight',
    'x-id: 7',
  ]);
  expect(body).toBe('{"a":"ü"}');
});

test('a GET has no body and no length', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const { body: _, ...rest } = post(`http://127.0.0.1:${receiver.port}/feed.ics#top`);
  expect(await open().send({ ...rest, method: 'GET' })).toMatchObject({ kind: 'answered' });
  expect(receiver.received()).toMatch(/^GET \/feed\.ics HTTP\/1\.1\r\n/);
  expect(receiver.received()).not.toContain('content-length');
});

test('a body of a megabyte of bytes is sent to its end', async () => {
  const body = new Uint8Array(1024 * 1024).fill(97);
  let bytes = 0;
  const { result } = await sendTo(
    (socket, chunk) => {
      bytes += chunk.length;
      if (bytes > body.length) socket.write(ok(String(chunk.at(-1))));
    },
    { body },
  );
  expect(result).toMatchObject({ kind: 'answered', body: '97' });
  expect(bytes).toBeGreaterThan(body.length);
});

test('a redirect is an answer, and is not followed', async () => {
  const target = await receive((socket) => socket.write(ok()));
  for (const status of [301, 302, 303, 307, 308]) {
    const location = `location: http://127.0.0.1:${target.port}/\r\n`;
    const { result } = await sendTo(
      say(`HTTP/1.1 ${status} Moved\r\n${location}content-length: 0\r\n\r\n`),
    );
    expect(result).toMatchObject({ kind: 'answered', status });
  }
  expect(target.connections).toHaveLength(0);
});

test.each([
  ['204 without a body', 'HTTP/1.1 204 No Content\r\n\r\n', 204, ''],
  ['304 that names a length', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n', 304, ''],
  ['one that ends with the connection', 'HTTP/1.0 200 OK\r\n\r\nall of it', 200, 'all of it'],
  [
    'one in chunks',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nall\r\n6\r\n of it\r\n0\r\n\r\n',
    200,
    'all of it',
  ],
  [
    'one after many that are provisional',
    `${'HTTP/1.1 100 Continue\r\n\r\n'.repeat(3)}HTTP/1.1 103 Early Hints\r\nlink: <x>\r\n\r\nHTTP/1.1 202 Accepted\r\ncontent-length: 2\r\n\r\nok`,
    202,
    'ok',
  ],
  ['a server error', 'HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nbusy', 503, 'busy'],
  [
    'one that is packed, as it is',
    'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 2\r\n\r\nab',
    200,
    'ab',
  ],
])('%s is answered', async (_, text, status, body) => {
  const { result } = await sendTo(say(text));
  expect(result).toMatchObject({ kind: 'answered', status, body });
});

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n', 'malformed'],
  ['noise', '\u0000\u0001\u0002\u00ff\r\n\r\n', 'malformed'],
  ['half a header', 'HTTP/1.1 200 OK\r\ncontent-le', 'unreachable'],
  ['a length that is none', 'HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n', 'malformed'],
  ['a negative length', 'HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n', 'malformed'],
  [
    'two lengths',
    'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab',
    'malformed',
  ],
  ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'malformed'],
  [
    'a change of protocols',
    'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    'malformed',
  ],
  ['less than its length', 'HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf', 'unreachable'],
  ['nothing', '', 'unreachable'],
  ['a header without measure', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`, 'too large'],
])('an answer of %s fails', async (_, text, code) => {
  const { result } = await sendTo(say(text));
  expect(result).toMatchObject({ kind: 'failed', code });
  expect(JSON.stringify(result)).not.toMatch(/s3cret|\?/);
});

test('an answer of just the most bytes is taken; one more is too large, and hung up on', async () => {
  const chunked = (bytes: number) =>
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${bytes.toString(16)}\r\n${'x'.repeat(bytes)}\r\n0\r\n\r\n`;
  const most = 64 * 1024;
  for (const text of [ok('x'.repeat(most)), chunked(most)]) {
    const { result } = await sendTo((socket) => socket.write(text));
    expect(result).toMatchObject({ kind: 'answered', body: 'x'.repeat(most) });
  }
  for (const text of [ok('x'.repeat(most + 1)), chunked(most + 1)]) {
    let gone: (value: unknown) => void = () => {};
    const hungUp = new Promise((resolve) => {
      gone = resolve;
    });
    const { result } = await sendTo((socket) => {
      socket.once('close', gone);
      socket.write(text);
    });
    expect(result).toMatchObject({
      code: 'too large',
      reason: 'the answer is longer than 65536 bytes',
    });
    await hungUp;
  }
});

test('an answer that announces too much is not waited for', async () => {
  const { result } = await sendTo((socket) =>
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 65537\r\n\r\n'),
  );
  expect(result).toMatchObject({ code: 'too large' });
});

test('an answer without end is cut off', async () => {
  const { result } = await sendTo((socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n');
    const more = () => {
      while (!socket.destroyed && socket.write('x'.repeat(16_384)));
    };
    socket.on('drain', more);
    more();
  });
  expect(result).toMatchObject({ code: 'too large' });
});

test('an answer before the body was sent counts, and the rest is not sent', async () => {
  let received = 0;
  let gone: (value: unknown) => void = () => {};
  const hungUp = new Promise((resolve) => {
    gone = resolve;
  });
  const body = 'x'.repeat(32 * 1024 * 1024);
  const { result } = await sendTo(
    (socket, chunk) => {
      received += chunk.length;
      if (received > chunk.length) return;
      socket.write('HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nmuch');
      socket.pause();
      socket.once('close', gone);
      setImmediate(() => socket.resume());
    },
    { body },
  );
  expect(result).toMatchObject({ kind: 'answered', status: 413, body: 'much' });
  await hungUp;
  expect(received).toBeLessThan(body.length);
});

test.each<[string, Script, RegExp]>([
  ['accepts and is silent', () => {}, /while waiting for the answer$/],
  [
    'lets its header drip',
    (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x'),
    /while waiting for the answer$/,
  ],
  [
    'lets its body drip',
    (socket) => drip(socket, 'HTTP/1.1 200 OK\r\n\r\n', 'x'),
    /while reading the answer$/,
  ],
  [
    'goes on with provisional answers',
    (socket) => drip(socket, '', 'HTTP/1.1 102 Processing\r\n\r\n'),
    /while waiting for the answer$/,
  ],
])('a receiver that %s is out of time, and hung up on', async (_, script, reason) => {
  let gone: (value: unknown) => void = () => {};
  const hungUp = new Promise((resolve) => {
    gone = resolve;
  });
  const { result } = await sendTo(
    (socket, ...rest) => {
      socket.once('close', gone);
      script(socket, ...rest);
    },
    { timeoutMs: 150 },
  );
  expect(result).toMatchObject({ code: 'timeout', reason: expect.stringMatching(reason) });
  expect(result.elapsedMs).toBeGreaterThan(140);
  expect(result.elapsedMs).toBeLessThan(2000);
  await hungUp;
});

function drip(socket: Socket, first: string, more: string): void {
  socket.write(first);
  const timer = setInterval(() => socket.write(more), 10);
  socket.once('close', () => clearInterval(timer));
}

test('a port that nobody listens on, and a connection that is reset, are unreachable', async () => {
  const { result, receiver } = await sendTo((socket) => socket.resetAndDestroy());
  expect(result).toMatchObject({
    code: 'unreachable',
    reason: expect.stringContaining('ECONNRESET'),
  });
  const outbound = createOutbound({
    allow: [],
    allowHttpToLoopback: true,
    lookup: async () => ['::1', '127.0.0.1'],
  });
  onTestFinished(() => outbound.close());
  for (const url of ['http://127.0.0.1:1/', 'http://none.localhost:1/', 'http://127.0.0.1:0/']) {
    expect(await outbound.send(post(url)), url).toMatchObject({ code: 'unreachable' });
  }
  expect(receiver.connections).toHaveLength(1);
});

test.each([
  [{ 'x-bad': 'a\r\nx-smuggled: s3cret' }],
  [{ 'bad name': 's3cret' }],
  [{ 'x-bad': 'snow\u2603 s3cret' }],
])('a header that is none, %j, fails without being quoted', async (headers) => {
  const { result, receiver } = await sendTo((socket) => socket.write(ok()), { headers });
  expect(result).toMatchObject({ code: 'malformed' });
  expect(JSON.stringify(result)).not.toContain('s3cret');
  expect(receiver.connections).toHaveLength(0);
});

test('an idle connection is used again, and ends after 30 s', async () => {
  const sockets: Socket[] = [];
  const onSocket = (message: unknown) => {
    sockets.push((message as { socket: Socket }).socket);
  };
  channel('net.client.socket').subscribe(onSocket);
  onTestFinished(() => {
    channel('net.client.socket').unsubscribe(onSocket);
  });
  const receiver = await receive((socket) => socket.write(ok()));
  const outbound = open();
  for (let count = 0; count < 5; count++) await outbound.send(post(urlOf(receiver)));
  expect(receiver.connections).toHaveLength(1);
  expect(sockets.map(({ timeout }) => timeout)).toEqual([30_000]);
  // What each request listened for is not left behind on the connection.
  expect(sockets[0]?.listenerCount('data')).toBe(0);
  expect(sockets[0]?.listenerCount('lookup')).toBe(0);
});

test('one receiver gets eight connections at most, and the others are not kept waiting', async () => {
  const hanging = await receive(() => {});
  const other = await receive((socket) => socket.write(ok()));
  const outbound = open();
  const slow = Array.from({ length: 20 }, (_, at) =>
    outbound.send(post(urlOf(hanging), { timeoutMs: at < 8 ? 400 : 200 })),
  );
  expect(await outbound.send(post(urlOf(other)))).toMatchObject({ kind: 'answered' });
  const results = await Promise.all(slow);
  expect(hanging.connections).toHaveLength(8);
  for (const result of results.slice(8)) {
    expect(result).toMatchObject({ kind: 'failed', code: 'busy', elapsedMs: 0 });
  }
});

test('waiting for others is none of the time that a receiver has', async () => {
  const receiver = await receive((socket) => {
    setTimeout(() => socket.write(ok()), 250);
  });
  const outbound = open();
  const both = Array.from({ length: 16 }, () =>
    outbound.send(post(urlOf(receiver), { timeoutMs: 400 })),
  );
  for (const result of await Promise.all(both)) {
    expect(result).toMatchObject({ kind: 'answered' });
    expect(result.elapsedMs).toBeLessThan(400);
  }
});

test('nothing that is left of a request keeps the process running', async () => {
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const { result } = await sendTo((socket) => socket.write(ok()));
  expect(result).toMatchObject({ kind: 'answered' });
  expect(timers()).toBeLessThanOrEqual(before);
});

test('connections that wait are hung up before there are more than 512', async () => {
  const receiver = await receive((socket) => socket.write(ok()));
  const outbound = createOutbound({
    allow: [],
    allowHttpToLoopback: true,
    lookup: async () => ['127.0.0.1'],
  });
  onTestFinished(() => outbound.close());
  let open = 0;
  let most = 0;
  for (let host = 0; host < 600; host++) {
    const result = await outbound.send(post(`http://h${host}.localhost:${receiver.port}/`));
    expect(result).toMatchObject({ kind: 'answered' });
    receiver.connections[host]?.once('close', () => {
      open -= 1;
    });
    open += 1;
    most = Math.max(most, open);
  }
  expect(receiver.connections).toHaveLength(600);
  expect(most).toBeGreaterThan(500);
  expect(most).toBeLessThan(520);
});

test('closing ends what is under way and what waits, and nothing is sent after it', async () => {
  let arrived: () => void = () => {};
  const arrives = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const hanging = await receive(() => arrived());
  const outbound = open();
  const sends = Array.from({ length: 10 }, () => outbound.send(post(urlOf(hanging))));
  await arrives;
  const idle = await receive((socket) => socket.write(ok()));
  await outbound.send(post(urlOf(idle)));
  const idleGone = new Promise((resolve) => idle.connections[0]?.once('close', resolve));
  outbound.close();
  for (const result of await Promise.all(sends)) {
    expect(result).toMatchObject({ code: 'unreachable', reason: 'everything was hung up' });
  }
  await idleGone;
  expect(await outbound.send(post(urlOf(idle)))).toMatchObject({ code: 'unreachable' });
  expect(idle.connections).toHaveLength(1);
});
