import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { scim } from '../../src/cli/scim.ts';
import { terminal } from './terminal.ts';

test('porchlight scim token prints a new secret each time, and its hash', async () => {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  await scim(['token'], { ...terminal, print });
  await scim(['token'], { ...terminal, print });
  const values = lines.map((line) => line.split(/ +/));
  expect(values.map(([name]) => name)).toEqual(['token', 'tokenSha256', 'token', 'tokenSha256']);
  const [token = '', digest, other] = values.map(([, value]) => value);
  expect(token).toMatch(/^[\w-]{43}$/);
  expect(digest).toBe(createHash('sha256').update(token).digest('hex'));
  expect(other).not.toBe(token);
});

test.each([[[]], [['tokens']], [['token', 'more']]])('scim doesn’t know %j', async (words) => {
  await expect(scim(words, terminal)).rejects.toThrow('scim knows one command: token');
});
