import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { installedFolder } from '../packed.ts';
import { ROOT, run, start } from '../program.ts';
import { type Block, blocksOf } from './readme-blocks.ts';

const PAGE = readFileSync(join(ROOT, 'docs/testing-your-app.md'), 'utf8');
const blocks = blocksOf(PAGE);
const under = (heading: string) => blocks.filter((block) => block.heading === heading);

/** Where the page's server listens. The test's is on a free port. */
const ORIGIN = 'http://127.0.0.1:4280';

let folder: string;
beforeAll(async () => {
  folder = await installedFolder(['@microsoft/microsoft-graph-client']);
});

it('the page installs what these tests have, and runs what they run', () => {
  expect(under('Install').map(({ text }) => text)).toEqual([
    'npm install --save-dev porchlight @microsoft/microsoft-graph-client',
    'node --test',
  ]);
});

it('the tests of the page pass in an empty folder', async () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const tests = blocks.filter(({ language }) => language === 'js');
  for (const [at, { text }] of tests.entries()) {
    writeFileSync(join(folder, `page-${at}.test.js`), text);
  }
  const env = { NODE_OPTIONS: '' };
  const { code, stdout, stderr } = await run(process.execPath, ['--test'], { cwd: folder, env });
  expect(code, `${stdout}${stderr}`).toBe(0);
  const count = tests.flatMap(({ text }) => text.match(/^test\(/gm) ?? []).length;
  expect(stdout).toMatch(new RegExp(`^. pass ${count}$`, 'm'));
  expect(tests.map(({ heading }) => heading)).toEqual([
    'A fade',
    'A webhook',
    'A 429',
    'Between tests',
  ]);
});

describe('what the page shows under "Other languages"', () => {
  const [starting, ...rest] = under('Other languages');
  const commands = rest.filter(({ language }) => language === 'sh');

  it('happens, in one shell', async () => {
    const [program, command, ...flags] = starting?.text.split(' ').slice(1) ?? [];
    expect([program, command]).toEqual(['porchlight', 'dev']);
    const main = join(folder, 'node_modules/porchlight/dist/main.js');
    const ports = ['--port', '0', '--https-port', '0'];
    const server = start(process.execPath, [main, 'dev', ...flags, ...ports], { cwd: folder });
    const [, origin = ''] = await server.line(/^ {2}HTTP +(http:\S+)$/);
    await server.line(/^Ctrl-C stops it/);
    const separator = '---- next block ----';
    const script = commands.map(({ text }) => text).join(`\necho '${separator}'\n`);
    const shell = ['-euo', 'pipefail', '-c', script.replaceAll(ORIGIN, origin)];
    const { code, stdout, stderr } = await run('bash', shell);
    await server.stop();
    expect(code, `${stdout}${stderr}`).toBe(0);
    const printed = stdout.split(`${separator}\n`);
    commands.forEach((each, at) => {
      expectPrinted(printed[at] ?? '', after(each));
    });
    expect(commands.map(after).filter((block) => block !== undefined).length).toBeGreaterThan(5);
  });

  /** What the page says is printed: the block right after. */
  function after(block: Block): Block | undefined {
    const next = rest[rest.indexOf(block) + 1];
    return next?.language === 'sh' ? undefined : next;
  }
});

function expectPrinted(actual: string, block: Block | undefined): void {
  if (block === undefined) expect(actual.trim()).toBe('');
  else if (block.language === 'json') expect(JSON.parse(actual)).toEqual(JSON.parse(block.text));
  else expect(actual.trim()).toBe(block.text);
}
