import fc from 'fast-check';
import { expect, test } from 'vitest';
import { userWith } from '../../src/directory/user.ts';
import { Users } from '../../src/directory/users.ts';
import { ADA, BRUNO, idOf, person } from './people.ts';

test('users come in the order of their ids, however they were put', () => {
  const id = fc.integer({ min: 0, max: 50 }).map(idOf);
  const step = fc.record({ id, isRemoval: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), id, fc.nat(60), (steps, after, limit) => {
      const users = new Users();
      const model = new Set<string>();
      for (const { id, isRemoval } of steps) {
        if (isRemoval) users.remove(id);
        else users.put(person(id));
        if (isRemoval) model.delete(id);
        else model.add(id);
      }
      const expected = [...model].sort();
      expect(users.after('', 1000).map((user) => user.id)).toEqual(expected);
      expect(users.after(after, limit).map((user) => user.id)).toEqual(
        expected.filter((each) => each > after).slice(0, limit),
      );
      expect(users.size).toBe(model.size);
      for (const each of [idOf(0), idOf(25), idOf(51)]) {
        expect(users.get(each)?.id).toBe(model.has(each) ? each : undefined);
      }
    }),
  );
});

test('a user is found by name in any case, and no more by a name they had before', () => {
  const users = new Users();
  users.put(person(ADA, { userPrincipalName: 'Ada@Contoso.Example', externalId: 'a-1' }));
  expect(users.named('ada@contoso.EXAMPLE')?.id).toBe(ADA);
  expect(users.calledOutside('a-1')?.id).toBe(ADA);
  users.put(person(ADA, { userPrincipalName: 'lovelace@contoso.example' }));
  expect(users.named('ada@contoso.example')).toBeUndefined();
  expect(users.calledOutside('a-1')).toBeUndefined();
  users.remove(ADA);
  expect(users.named('lovelace@contoso.example')).toBeUndefined();
});

test('a name that somebody else took stays theirs when its old holder changes', () => {
  const users = new Users();
  users.put(person(ADA, { userPrincipalName: 'desk@contoso.example' }));
  users.put(person(BRUNO, { userPrincipalName: 'desk@contoso.example' }));
  users.put(person(ADA));
  expect(users.named('desk@contoso.example')?.id).toBe(BRUNO);
});

test('users with alike titles and groups keep what is theirs', () => {
  const users = new Users();
  users.put(person(ADA, { jobTitle: 'Engineer', groups: ['a', 'b'] }));
  users.put(person(BRUNO, { jobTitle: 'Engineer', groups: ['a\nb'] }));
  expect(users.get(ADA)?.groups).toEqual(['a', 'b']);
  expect(users.get(BRUNO)?.groups).toEqual(['a\nb']);
  expect(users.get(BRUNO)).toEqual(
    userWith({ id: BRUNO, source: 'scim', jobTitle: 'Engineer', groups: ['a\nb'] }),
  );
});
