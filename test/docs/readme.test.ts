import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DevServer, npmStart, ROOT, run } from '../program.ts';
import { examplesUnder } from './readme-blocks.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Where the README's server listens. The test's is on a free port, and so are its commands. */
const ORIGIN = 'http://127.0.0.1:4280';

const SEPARATOR = '---- next block ----';

test('an example is the sh block, and what it prints the json block right after it', () => {
  const page = [
    ...['# Page', '## Try it', '```sh', 'one', 'two', '```', 'then', '```json', '{}', '```'],
    ...['```sh', '# no heading', '```', '```text', '```', '## Later', '```sh', 'rm', '```'],
  ].join('\n');
  expect(examplesUnder('Try it', page)).toEqual([
    { commands: 'one\ntwo', printed: '{}' },
    { commands: '# no heading', printed: undefined },
  ]);
});

test('the README starts the server as these tests do', () => {
  expect(examplesUnder('Run it', README)).toEqual([
    { commands: 'npm ci && npm start', printed: undefined },
  ]);
});

describe('what the README shows under "Try it"', () => {
  const examples = examplesUnder('Try it', README);
  let server: DevServer;
  let printed: readonly string[];

  // One shell for all of them: what an example sets, the next ones use.
  beforeAll(async () => {
    server = await npmStart();
    const script = examples
      .map(({ commands }) => commands)
      .join(`\necho '${SEPARATOR}'\n`)
      .replaceAll(ORIGIN, server.http)
      .replaceAll('porchlight -- token', `porchlight -- token --url ${server.http}`);
    const { code, stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', script]);
    if (code !== 0) throw new Error(`bash exited with ${code}: ${stdout}${stderr}`);
    printed = stdout.replaceAll(server.http, ORIGIN).split(`${SEPARATOR}\n`);
  });

  afterAll(() => server.stop());

  test.each(examples.map((example, index) => ({ ...example, index })))(
    'happens: block $index',
    ({ printed: expected, index }) => {
      const actual = printed[index] ?? '';
      if (expected === undefined) {
        expect(actual).toBe('');
      } else {
        expect(JSON.parse(actual)).toEqual(withAnyNumber(JSON.parse(expected)));
      }
    },
  );

  test('is told with what is printed', () => {
    expect(examples.filter((example) => example.printed !== undefined)).not.toEqual([]);
  });
});

/** A sequence number is another one each time. */
function withAnyNumber(presence: object): object {
  return 'sequenceNumber' in presence
    ? { ...presence, sequenceNumber: expect.stringMatching(/^A\d{16}$/) }
    : presence;
}
