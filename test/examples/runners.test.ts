import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { installedFolder, programOf } from '../packed.ts';
import { type Exit, ROOT, run } from '../program.ts';

/** How `npm test` of each example starts its runner, and the same with the runner of this repository. */
const RUNNERS = [
  { name: 'vitest', command: 'vitest run', args: [programOf('vitest'), 'run'] },
  {
    name: 'jest',
    command: 'node --experimental-vm-modules node_modules/jest/bin/jest.js',
    args: ['--experimental-vm-modules', programOf('jest')],
  },
  { name: 'node-test', command: 'node --test', args: ['--test'] },
] as const;

/** The line in which each of the runners says how many tests passed. */
const PASSED = /(?:Tests:? +|^. pass )(\d+)/m;

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const exampleOf = (name: string) => join(ROOT, 'examples', name);
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(exampleOf(name), 'package.json'), 'utf8')) as Manifest;

/** All at once: most of the time goes to starting them. */
const exits = new Map<string, Exit>();
beforeAll(async () => {
  await Promise.all(
    RUNNERS.map(async ({ name, args }) => {
      const packages = Object.keys(manifestOf(name).devDependencies);
      const others = packages.filter((each) => each !== 'porchlight');
      const cwd = await installedFolder(others, exampleOf(name));
      const env = { NO_COLOR: '1', FORCE_COLOR: '0', NODE_OPTIONS: '' };
      exits.set(name, await run(process.execPath, args, { cwd, env }));
    }),
  );
});

test.each(RUNNERS)(
  'the example for $name passes with the packed Porchlight and the client as Microsoft ships it',
  ({ name, command }) => {
    expect(manifestOf(name).scripts.test).toBe(command);
    const { code, stdout, stderr } = exits.get(name) ?? {};
    const said = `${stdout}${stderr}`;
    expect(code, said).toBe(0);
    const tests = readFileSync(join(exampleOf(name), 'light.test.js'), 'utf8').match(/^test\(/gm);
    expect(Number(PASSED.exec(said)?.[1]), said).toBe(tests?.length);
  },
);
