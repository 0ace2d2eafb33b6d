import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { expect, test } from 'vitest';
import { Connection } from '../../src/stream/connection.ts';

/** A server's response to one client, which sends its request and reads nothing. */
async function answering(): Promise<{ response: ServerResponse; hangUp: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => {});
  client.pause();
  client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const response = await new Promise<ServerResponse>((resolve) => {
    server.once('request', (_, given) => resolve(given));
  });
  server.close();
  return { response, hangUp: () => client.destroy() };
}

test('a client that doesn’t read to the end is cut off after a while', async () => {
  const { response, hangUp } = await answering();
  let connection: Connection | undefined;
  const closed = new Promise<void>((resolve) => {
    connection = new Connection(response, resolve, 20);
  });
  const megabyte = Buffer.alloc(1024 * 1024, 'x');
  connection?.write('begin');
  while ((connection?.backlog ?? 0) < 4 * megabyte.length) connection?.writeBytes(megabyte);
  connection?.end('tooSlow');
  expect(connection?.isOpen).toBe(false);
  await closed;
  hangUp();
});

test('waiting for a client to read ends when it goes', async () => {
  const { response, hangUp } = await answering();
  let connection: Connection | undefined;
  const closed = new Promise<void>((resolve) => {
    connection = new Connection(response, resolve);
  });
  connection?.write('x'.repeat(16 * 1024 * 1024));
  const drained = connection?.drained();
  hangUp();
  await Promise.all([drained, closed]);
  expect(connection?.isOpen).toBe(false);
  // Nobody is there to be told, and nothing fails.
  connection?.writeBytes(Buffer.from('more'));
  connection?.end('closing');
});

test('a client that was gone before the stream began is seen at once', async () => {
  const { response, hangUp } = await answering();
  const closed = new Promise((resolve) => response.once('close', resolve));
  hangUp();
  await closed;
  expect(new Connection(response, () => {}).isOpen).toBe(false);
});
