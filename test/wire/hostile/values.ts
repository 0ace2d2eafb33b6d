import { APP, OTHER_APP, STRANGER, USER, USER_NAME } from '../porchlight.ts';
import type { Random } from './random.ts';

/** Text that has broken servers before, or could break this one. */
const STRINGS: readonly [string, ...string[]] = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\nX-Injected: 1',
  '\t',
  "'",
  '"',
  "''",
  '`',
  '\\',
  '\\"',
  '/',
  '//',
  '..',
  '../../../etc/passwd',
  '%',
  '%%',
  '%00',
  '%27',
  '%zz',
  '%u0041',
  '$1+1',
  '{{7*7}}',
  '<script>alert(1)</script>',
  "'; DROP TABLE users; --",
  '$where',
  '$ne',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'null',
  'undefined',
  'true',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '0x10',
  '\ufeff',
  '\u202e',
  '\u2028',
  '\ud800',
  '\udfff',
  '\ud83d\ude00',
  'é',
  'e\u0301',
  'İ',
  'ß',
  '\u212a',
  '\uffff',
  '💡'.repeat(300),
  'x'.repeat(129),
  'x'.repeat(1024),
  'x'.repeat(1025),
  'x'.repeat(20_000),
  '('.repeat(500),
  "('".repeat(200),
  '%27'.repeat(200),
  'Available',
  'available',
  'Busy',
  'InACall',
  'Offline',
  'OffWork',
  'Available/Available',
  'InAMeeting',
  'PT5M',
  'PT4H',
  'PT0S',
  '-PT5M',
  'P1Y',
  'PT',
  'P',
  `PT${'9'.repeat(60)}S`,
  'PT1.5H',
  'P30D',
  'PT0.0000001S',
  'UTC',
  'Pacific Standard Time',
  'Europe/Berlin',
  'Etc/GMT+25',
  '+14:00',
  'Europe/../Berlin',
  'tzone://x',
  '2026-11-21T10:00:00',
  '9999-12-31T23:59:59.9999999',
  '0000-00-00T00:00:00',
  '-271821-04-20T00:00:00',
  '275760-09-13T00:00:00',
  '0001-01-01T00:00:00',
  '2026-03-29T02:30:00',
  '2026-11-21T24:00:00',
  'text',
  'html',
  'application/json',
  '$batch',
  '/$batch',
  '$metadata',
  'microsoft.graph.',
  'microsoft.graph.me',
  'me',
  '%6De',
  'sessions',
  'setPresence',
  '*',
  '?',
  '#',
  '&',
  '=',
  ';',
  '?$select=id',
  ':user',
  ':session',
  '{user}',
  USER,
  USER.toUpperCase(),
  `{${USER}}`,
  USER.replaceAll('-', ''),
  STRANGER,
  USER_NAME,
  APP,
  OTHER_APP,
  APP.toUpperCase(),
  `('${USER}')`,
  `${USER}'`,
  `${USER}/presence`,
  `${USER}\0`,
  '00000000-0000-0000-0000-000000000000',
  'https://graph.microsoft.com/v1.0/me/presence',
  '//evil.example/',
  'file:///etc/passwd',
  'https://receiver.example/notifications',
  'https://receiver.example/?validationToken=x#y',
  'http://169.254.169.254/latest/meta-data',
  `communications/presences?$filter=id in ('${USER}')`,
  `communications/presences?$filter=id+in+(%27${USER}%27,%27${STRANGER}%27)&$select=activity`,
  `users/${USER}/presence`,
  '/me/presence',
  'communications/presences',
  '2026-11-21T10:00:00.0000000Z',
  'updated',
  'data:,x',
];

const NUMBERS: readonly [number, ...number[]] = [
  0,
  -0,
  1,
  -1,
  0.1,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  -(2 ** 53) - 2,
  1e21,
  1e308,
  5e-324,
  20,
  21,
  650,
  651,
  10_001,
];

export function hostileString(random: Random): string {
  const text = random.pick(STRINGS);
  if (random.chance(0.8)) return text;
  if (random.chance(0.5)) return text + random.pick(STRINGS);
  return Array.from({ length: random.below(40) }, () =>
    String.fromCharCode(random.chance(0.7) ? random.below(128) : random.below(65_536)),
  ).join('');
}

/** Any JSON value, mostly small. */
export function hostileValue(random: Random, depth = 0): unknown {
  switch (random.below(depth > 3 ? 5 : 9)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return hostileString(random);
    case 5:
      return Array.from({ length: random.below(4) }, () => hostileValue(random, depth + 1));
    case 6:
      return nested(random.below(200), random);
    case 7:
      return new Array(random.chance(0.02) ? 20_000 : random.below(700)).fill(
        hostileString(random).slice(0, 40),
      );
    default:
      return Object.fromEntries(
        Array.from({ length: random.below(4) }, () => [
          hostileString(random),
          hostileValue(random, depth + 1),
        ]),
      );
  }
}

function nested(depth: number, random: Random): unknown {
  let value: unknown = 0;
  const asObject = random.chance(0.5);
  for (let level = 0; level < depth; level++) value = asObject ? { a: value } : [value];
  return value;
}
