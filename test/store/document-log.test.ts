import { expect, test } from 'vitest';
import { DocumentLog } from '../../src/store/document-log.ts';

const note = (log: DocumentLog, collection: string, ...ids: string[]) =>
  log.note(ids.map((id) => ({ collection, id, text: 'x' })));

test('what was written of a collection since a revision is known, each once', () => {
  const log = new DocumentLog('log');
  note(log, 'users', 'ada', 'bruno');
  const { revision } = log;
  expect(log.since('users', revision)).toEqual([]);
  note(log, 'photos', 'ada');
  note(log, 'users', 'chidi', 'bruno');
  note(log, 'users', 'bruno');
  expect(log.since('users', revision)?.sort()).toEqual(['bruno', 'chidi']);
  expect(log.since('groups', revision)).toEqual([]);
});

test('of ten thousand documents the last write is known, and of none before them', () => {
  const log = new DocumentLog('log');
  note(log, 'users', 'ada');
  const before = log.revision;
  for (let at = 0; at < 9999; at++) note(log, `person ${at}`, 'event');
  expect(log.since('users', before)).toEqual([]);
  note(log, 'users', 'bruno');
  expect(log.since('users', before)).toEqual(['bruno']);
  note(log, 'person 0', 'event');
  expect(log.since('users', before)).toEqual(['bruno']);
  note(log, 'person 0', 'another');
  expect(log.since('users', before)).toBeUndefined();
  expect(log.since('users', undefined)).toBeUndefined();
  expect(log.since('users', 'other.1')).toBeUndefined();
});
