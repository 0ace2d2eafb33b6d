import { describe, expect, test } from 'vitest';
import { pairName } from '../../src/engine/pair.ts';
import {
  LEGACY_PATCH_PAIRS,
  LEGACY_SESSION_PAIRS,
  PREFERRED_PAIRS,
  parsePair,
  SESSION_PAIRS,
  type Settable,
} from '../../src/graph/settable.ts';

/** Every value that presence knows, as Graph's documents and Porchlight's engine list them. */
const AVAILABILITIES = [
  'Available',
  'AvailableIdle',
  'Away',
  'BeRightBack',
  'Busy',
  'BusyIdle',
  'DoNotDisturb',
  'Offline',
  'PresenceUnknown',
  'Focusing',
  'InACall',
  'InAMeeting',
  'Presenting',
  '',
  'nonsense',
];
const ACTIVITIES = [
  'Available',
  'AvailableInactive',
  'Away',
  'BeRightBack',
  'Busy',
  'DoNotDisturb',
  'Focusing',
  'Inactive',
  'InACall',
  'InAConferenceCall',
  'InAMeeting',
  'Offline',
  'OffWork',
  'OutOfOffice',
  'PresenceUnknown',
  'Presenting',
  'UrgentInterruptionsOnly',
  '',
  'nonsense',
];

const ORIGINAL = ['Available/Available', 'Busy/InACall', 'Busy/InAConferenceCall', 'Away/Away'];
const GRAPH = [...ORIGINAL, 'DoNotDisturb/Presenting'];

/** What Graph's pages list for each operation, and what profile extended adds. */
const EXPECTED: [operation: string, settable: Settable, pairs: string[]][] = [
  ['setPresence in profile graph', SESSION_PAIRS.graph, GRAPH],
  [
    'setPresence in profile extended',
    SESSION_PAIRS.extended,
    [...GRAPH, 'Busy/Busy', 'DoNotDisturb/DoNotDisturb', 'BeRightBack/BeRightBack'],
  ],
  [
    'setUserPreferredPresence',
    PREFERRED_PAIRS,
    [
      'Available/Available',
      'Busy/Busy',
      'DoNotDisturb/DoNotDisturb',
      'BeRightBack/BeRightBack',
      'Away/Away',
      'Offline/OffWork',
    ],
  ],
  ['PUT of a legacy session', LEGACY_SESSION_PAIRS, ORIGINAL],
  ['PATCH of the legacy presence', LEGACY_PATCH_PAIRS, [...ORIGINAL, 'Offline/Offline']],
];

describe.each(EXPECTED)('%s', (operation, settable, pairs) => {
  test(`of all pairs ${operation} takes those of its page and no others, in every case`, () => {
    for (const availability of AVAILABILITIES) {
      for (const activity of ACTIVITIES) {
        const name = `${availability}/${activity}`;
        for (const inCase of [
          (text: string) => text,
          (text: string) => text.toLowerCase(),
          (text: string) => text.toUpperCase(),
          (text: string) => text.charAt(0).toLowerCase() + text.slice(1),
        ]) {
          const parse = () => parsePair(inCase(availability), inCase(activity), settable);
          if (pairs.includes(name)) expect(pairName(parse())).toBe(name);
          else expect(parse, name).toThrow('is not supported here. Supported: ');
        }
      }
    }
  });

  test(`the message of ${operation} lists what it takes`, () => {
    expect(() => parsePair('No', 'Way', settable)).toThrow(
      `[Availability, Activity]: No/Way is not supported here. Supported: ${pairs.join(', ')}.`,
    );
  });
});

test('a slash in a value can’t make one pair look like another', () => {
  expect(() => parsePair('Available/Available', '', PREFERRED_PAIRS)).toThrow();
  expect(() => parsePair('', 'Available/Available', PREFERRED_PAIRS)).toThrow();
});
