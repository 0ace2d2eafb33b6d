import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  exampleDirectoryRoutes,
  exampleOwnRoutes,
  exampleRoutes,
  exampleTestRoutes,
} from '../http/routes.ts';
import { APP, USER, USER_NAME } from '../wire/porchlight.ts';

const ROOT = new URL('../../', import.meta.url);
const PAGE = readFileSync(new URL('docs/wire-coverage.md', ROOT), 'utf8');

/** A test as a row names it: `file › name`. */
interface Named {
  readonly file: string;
  readonly name: string;
}

const lines = PAGE.split('\n');

/** The rows of all tables, without their heads. */
const rows = lines.filter(
  (line, index) =>
    line.startsWith('| ') && !(lines[index + 1] ?? '').startsWith('|--') && line !== '',
);

function testsNamedIn(text: string): Named[] {
  return [...text.matchAll(/`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g)].map(
    ([, file = '', name = '']) => ({ file, name }),
  );
}

const sources = new Map<string, string>();

/** The source of a test file without comments, and with the names of the examples filled in. */
function sourceOf(file: string): string {
  let source = sources.get(file);
  if (source === undefined) {
    const url = new URL(file, ROOT);
    source = existsSync(url) ? readFileSync(url, 'utf8') : '';
    // Tables may stand in a file beside it.
    for (const [, table = ''] of source.matchAll(/ from '(\.\/[\w-]+\.ts)'/g)) {
      source += readFileSync(new URL(table, url), 'utf8');
    }
    source = source.replace(/^\s*(\/\/|\/?\*).*$/gm, '');
    for (const [name, value] of Object.entries({ USER, USER_NAME, APP })) {
      source = source.replace(new RegExp(`\\$\\{${name}\\}|\\b${name}\\b`, 'g'), value);
    }
    sources.set(file, source);
  }
  return source;
}

/** What follows the title of a test: its options or its body. A `describe` has no options, and is left out. */
const TITLE =
  /(?<!describe)\(\s*(['"`])((?:\\.|(?!\1)[^\\])+)\1,\s*(?:async\b|\{|\([\w\s,:[\]{}=]*\)\s*=>)/g;

/** Places in a title that a table fills in. */
const PLACE = /%[sijdfo#]|\$\{\w+\}/g;

/**
 * Whether the file has a test of that name. The name may stand for one row of a `test.each`: then the
 * title fits it, and what stands in the place of `%s` is to be found in the file too.
 */
function has({ file, name }: Named): boolean {
  const source = sourceOf(file);
  return [...source.matchAll(TITLE)].some(([, , literal = '']) => {
    const title = literal.replace(/\\(['"`\\])/g, '$1');
    if (title.replaceAll(PLACE, '').length < 4) return false;
    const pattern = title.split(PLACE).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    const filled = new RegExp(`^${pattern.join('(.+)')}$`).exec(name)?.slice(1);
    return filled?.every((value) => source.includes(value.replace(/^"(.*)"$/, '$1'))) ?? false;
  });
}

test('every test that docs/wire-coverage.md names exists in the file that it names', () => {
  const named = testsNamedIn(PAGE);
  expect(named.length).toBeGreaterThan(200);
  const missing = named.filter((each) => !has(each)).map(({ file, name }) => `${file} › ${name}`);
  expect(missing).toEqual([]);
});

test('a test that was renamed, removed or is another file’s is not found', () => {
  const file = 'test/wire/set-presence.test.ts';
  expect(has({ file, name: 'setPresence takes Available/Available' })).toBe(true);
  expect(has({ file, name: 'setPresence takes Available/Nothing' })).toBe(false);
  expect(has({ file, name: 'setPresence took Available/Available' })).toBe(false);
  expect(has({ file, name: 'fade' })).toBe(false);
  expect(has({ file, name: '20 requests are answered' })).toBe(false);
  expect(has({ file: 'test/wire/nothing.test.ts', name: '20 requests are answered' })).toBe(false);
});

test('every row of docs/wire-coverage.md names a test', () => {
  expect(rows.length).toBeGreaterThan(80);
  expect(rows.filter((row) => testsNamedIn(row).length === 0)).toEqual([]);
});

test('every path and method of the route table has a row in docs/wire-coverage.md', () => {
  const routes = [
    ...exampleRoutes(),
    ...exampleDirectoryRoutes(),
    ...exampleOwnRoutes(),
    ...exampleTestRoutes(),
  ];
  for (const { method, paths } of routes) {
    for (const path of paths) {
      const route = `\`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``;
      expect(
        rows.filter((row) => row.includes(route)),
        route,
      ).toHaveLength(1);
    }
  }
});
