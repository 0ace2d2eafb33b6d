import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/read.ts';
import { configSchema } from '../../src/config/schema.ts';
import { configurationPage, rows } from './configuration-page.ts';

const PAGE = fileURLToPath(new URL('../../docs/configuration.md', import.meta.url));
const EXAMPLE = fileURLToPath(new URL('../../examples/serve.json', import.meta.url));

test('docs/configuration.md is what the schema and the usage texts say; UPDATE=1 writes it anew', () => {
  const page = configurationPage(readFileSync(EXAMPLE, 'utf8'));
  if (process.env.UPDATE === '1') writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8')).toBe(page);
});

test('every field of the configuration is described, and says its type and its default', () => {
  const all = rows(configSchema);
  const field = (name: string) => all.find((row) => row.field === name);
  expect(field('listen.port')).toMatchObject({ type: '0–65535', fallback: '`4280`' });
  expect(field('profile')).toMatchObject({ type: '`graph`, `extended`', fallback: '`extended`' });
  expect(field('store')).toMatchObject({ type: 'text', fallback: 'required' });
  expect(field('listen.tls')).toMatchObject({ fallback: '' });
  expect(field('issuers[].claims.roles')).toMatchObject({ type: 'text', fallback: '' });
  expect(all.filter(({ description }) => description === '').map((row) => row.field)).toEqual([]);
});

test('the example configuration is one that serve takes', async () => {
  const config = await readConfig(EXAMPLE);
  expect(config.store).toMatch(/^lmdb:\//);
});

test('and so is the one of several servers', async () => {
  const example = fileURLToPath(new URL('../../examples/cluster.json', import.meta.url));
  expect((await readConfig(example)).store).toMatch(/^redis:/);
});
