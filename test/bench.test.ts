import { expect, test } from 'vitest';
import { run } from './program.ts';

test('the bench still runs, and answers what it is asked', { timeout: 120_000 }, async () => {
  const compiled = await run('npx', ['tsc', '-p', 'bench']);
  expect(compiled.code, compiled.stdout).toBe(0);

  const main = 'build/bench/main.js';
  const bench = await run(process.execPath, [main, 'advance', 'get-presence', '--quick']);
  expect(bench.code, bench.stderr).toBe(0);
  const rows = bench.stdout.split('\n').filter((line) => line.startsWith('| '));
  expect(rows).toEqual([
    expect.stringMatching(/^\| Question \|/),
    expect.stringMatching(/^\| GET presence .* of bare .* µs CPU each/),
    expect.stringMatching(/^\| `advance` in process .* million keep-alives\/s/),
  ]);

  const unknown = await run(process.execPath, [main, 'nonsense']);
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(/There is no 'nonsense'.*\n.*npm run bench/);
});
