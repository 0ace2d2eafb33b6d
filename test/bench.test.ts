import { beforeAll, expect, test } from 'vitest';
import { run } from './program.ts';

const MAIN = 'build/bench/main.js';

beforeAll(async () => {
  const compiled = await run('npx', ['tsc', '-p', 'bench']);
  expect(compiled.code, compiled.stdout).toBe(0);
}, 120_000);

test('the bench still runs, and answers what it is asked', { timeout: 120_000 }, async () => {
  const bench = await run(process.execPath, [MAIN, 'advance', 'get-presence', '--quick']);
  expect(bench.code, bench.stderr).toBe(0);
  const rows = bench.stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows).toEqual([
    expect.stringMatching(/^\| Question \|/),
    expect.stringMatching(/^\| GET presence .* of bare .* µs CPU each/),
    expect.stringMatching(/^\| `advance` in process .* million keep-alives\/s/),
  ]);

  const unknown = await run(process.execPath, [MAIN, 'nonsense']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/There is no 'nonsense'.*\n.*npm run bench/);
});

/** These load the machine for a minute, so CI asks them once beside `npm test`, and whoever changes the bench. */
const asked = test.runIf(process.env.BENCH_QUESTIONS === 'all');

asked('so do its questions about notifications and streams', { timeout: 180_000 }, async () => {
  const questions = ['webhook-latency', 'webhook-burst', 'webhook-encrypted', 'dead-endpoint'];
  const bench = await run(process.execPath, [
    MAIN,
    ...questions,
    ...['keep-alive-storm', 'stream-fan-out', '--quick', '--seconds', '0.3'],
  ]);
  expect(bench.code, bench.stderr).toBe(0);
  const [, ...rows] = bench.stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows).toEqual([
    expect.stringMatching(/p99 .* ms from the request/),
    expect.stringMatching(/at all endpoints at once .* until the last notification/),
    expect.stringMatching(/without resource data .* notifications\/s/),
    expect.stringMatching(/encrypted in a worker thread, RSA 2048 .* notifications\/s/),
    expect.stringMatching(/encrypted in the main thread, RSA 2048 .* notifications\/s/),
    expect.stringMatching(/one refuses connections, .* × that without/),
    expect.stringMatching(/0 deliveries .* feed entries none, documents written 0/),
    expect.stringMatching(/× Prosody|skipped: there is no (prosody|taskset) here|a core each/),
  ]);
});

asked('so does its question about calendars', { timeout: 180_000 }, async () => {
  const bench = await run(process.execPath, [
    ...[MAIN, 'calendar-storm', '--quick', '--seconds', '0.5'],
  ]);
  expect(bench.code, bench.stderr).toBe(0);
  const [, ...rows] = bench.stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows).toEqual([
    expect.stringMatching(/4,000 of 20,000 users .* s, [\d.]+ × the store alone/),
    expect.stringMatching(/: GET presence meanwhile.* p99 [\d.,]+ ms, [\d.]+ × when quiet/),
    expect.stringMatching(/: GET presence by clients that connect for it meanwhile/),
    expect.stringMatching(/: getPresencesByUserId with 650 ids meanwhile/),
    expect.stringMatching(/a subscriber of 650 of them.* p99 [\d.,]+ ms from the commit/),
    expect.stringMatching(
      /a webhook and a stream that are told of each .* until the last was told/,
    ),
  ]);
});
