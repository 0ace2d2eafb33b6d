import { Agent, type IncomingMessage, request } from 'node:http';
import { expect, test } from 'vitest';
import { listen } from '../../src/http/listen.ts';

/** A request on one of the agent's connections. */
function get(port: number, agent: Agent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request({ port, agent, host: '127.0.0.1' }, (response) => {
      response.resume();
      response.once('end', () => resolve(response));
    });
    sent.once('error', reject);
    sent.end();
  });
}

test('closing lets the request under way finish, then hangs up on a client that keeps its connection', async () => {
  let finish: () => void = () => {};
  let begun: () => void = () => {};
  const begins = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const listening = await listen(
    (_, response) => {
      finish = () => response.end('done');
      begun();
    },
    { host: '127.0.0.1', port: 0, nowMs: () => 0 },
  );
  const agent = new Agent({ keepAlive: true });
  const answer = get(listening.address.port, agent);
  await begins;
  const closed = listening.close();
  finish();
  expect((await answer).statusCode).toBe(200);
  await closed;
  agent.destroy();
});

test('a client that goes on sending while the server closes is told to hang up', async () => {
  const finishes: (() => void)[] = [];
  let begun: () => void = () => {};
  const listening = await listen(
    (_, response) => {
      finishes.push(() => response.writeHead(200, ['content-length', '4']).end('done'));
      begun();
    },
    { host: '127.0.0.1', port: 0, nowMs: () => 0 },
  );
  const next = () =>
    new Promise<void>((resolve) => {
      begun = resolve;
    });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const busy = new Agent({ keepAlive: true });
  const firstBegins = next();
  const first = get(listening.address.port, agent);
  await firstBegins;
  const otherBegins = next();
  const other = get(listening.address.port, busy);
  await otherBegins;

  // Waits for the connection of the first, and goes out the moment that one has its answer.
  const second = get(listening.address.port, agent);
  const secondBegins = next();
  const closed = listening.close();
  finishes[0]?.();
  await first;
  await secondBegins;
  finishes[2]?.();
  expect((await second).headers.connection).toBe('close');
  finishes[1]?.();
  await Promise.all([other, closed]);
  agent.destroy();
  busy.destroy();
});
