import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { exampleRoutes } from '../http/routes.ts';

const ROOT = new URL('../../', import.meta.url);
const text = readFileSync(new URL('docs/wire-coverage.md', ROOT), 'utf8');

/** A row names its tests as `file › name`, several with a line break between them. */
const named = text
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .flatMap((line) => [...line.matchAll(/`(test\/[\w./-]+\.test\.ts) › ([^`]+)`/g)])
  .map(([, file = '', name = '']) => ({ file, name: name.replaceAll('\\|', '|') }));

const sources = new Map<string, string>();

function sourceOf(file: string): string {
  let source = sources.get(file);
  if (source === undefined) {
    const url = new URL(file, ROOT);
    source = existsSync(url) ? withoutComments(readFileSync(url, 'utf8')) : '';
    sources.set(file, source);
  }
  return source;
}

function withoutComments(source: string): string {
  return source.replace(/^\s*(\/\/|\/?\*).*$/gm, '');
}

/** The titles that a file gives its tests: the strings that follow `test(` and the table of a `test.each`. */
function titlesOf(file: string): string[] {
  return [
    ...sourceOf(file).matchAll(
      /(?:^|[\s)\]])(?:test|test\.each(?:<[^(]*>)?\([\s\S]*?\))\(\s*(['`])((?:\\.|(?!\1)[\s\S])*)\1/gm,
    ),
  ].map(([, , title = '']) => title.replaceAll("\\'", "'"));
}

describe('docs/wire-coverage.md', () => {
  test('it names tests', () => {
    expect(named.length).toBeGreaterThan(100);
  });

  test('every test it names exists in the file it names', () => {
    const missing = named.filter(({ file, name }) => !titlesOf(file).includes(name));
    expect(missing.map(({ file, name }) => `${file} › ${name}`)).toEqual([]);
  });

  test('every row of its tables names a test', () => {
    const rows = text
      .split('\n')
      .filter((line) => line.startsWith('|') && !/^\|[\s:|-]*\|$/.test(line))
      .filter((line, index, lines) => index > 0 && !isHead(line, lines));
    for (const row of rows) expect(row).toMatch(/`test\/[\w./-]+\.test\.ts › [^`]+`/);
  });

  test('every path and method of the route table has a row', () => {
    for (const { method, paths } of exampleRoutes()) {
      for (const path of paths) {
        expect(text).toContain(`\`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}\``);
      }
    }
  });
});

/** The line above the dashes of a table. */
function isHead(line: string, _: readonly string[]): boolean {
  return /^\| (What|Route|Value|Rule|Addition|Error) \|/.test(line);
}
