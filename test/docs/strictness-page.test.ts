import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ADDITION_NAMES, ADDITIONS } from '../../src/graph/additions.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('docs/strictness.md has a row for each addition, in its words, and no other', () => {
  const rows = read('docs/strictness.md')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  expect(
    rows.map(([name = '', ...cells]) => [name.replace(' (profile graph too)', ''), ...cells]),
  ).toEqual(
    ADDITION_NAMES.map((name) => [`\`${name}\``, ADDITIONS[name].what, ADDITIONS[name].graph]),
  );
});

test('docs/wire-coverage.md names each addition where it says what it is', () => {
  const page = read('docs/wire-coverage.md');
  for (const name of ADDITION_NAMES) expect(page).toContain(`\`${name}\``);
});
