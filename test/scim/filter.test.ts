import { expect, test } from 'vitest';
import { parseFilter } from '../../src/scim/filter.ts';
import { USER_FIELDS } from '../../src/scim/user-fields.ts';

/** What a filter says that users can be looked up by, in place of going through all. */
const lookedUp = (filter: string) => [...parseFilter(filter, USER_FIELDS).equals];

test('what everybody who matches must be called is known, and so needn’t be looked for', () => {
  expect(lookedUp('userName eq "ada"')).toEqual([['username', 'ada']]);
  expect(lookedUp('(externalId eq "a" and (active eq true and id eq "b"))')).toEqual([
    ['externalid', 'a'],
    ['id', 'b'],
  ]);
});

test.each([
  'userName eq "ada" or userName eq "bruno"',
  'not (userName eq "ada")',
  'userName ne "ada"',
  'userName sw "ada"',
  'emails[value eq "ada"]',
  'active eq true',
])('nothing is, of %s', (filter) => {
  expect(lookedUp(filter)).toEqual([]);
});
