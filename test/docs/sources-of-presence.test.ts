import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ShowAs, Slot } from '../../src/calendar/event.ts';
import { spanKindOf } from '../../src/calendar/showing.ts';
import { UTC } from '../../src/calendar/zones.ts';
import {
  MINUTE_MS,
  type Porchlight,
  preferred,
  START,
  STRANGER,
  session,
  startPorchlight,
  USER,
} from '../wire/porchlight.ts';

const page = readFileSync(new URL('../../docs/sources-of-presence.md', import.meta.url), 'utf8');

/** The rows of the table under a heading, without its head. */
function table(heading: string): string[][] {
  const section = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight();
});
afterEach(() => porchlight.close());

const PRESENCE = `/v1.0/users/${USER}/presence`;

async function post(path: string, body: object): Promise<void> {
  const answer = await porchlight.as().post(path, body);
  expect(answer.status, answer.text).toBeLessThan(300);
}
const set = (pair: string) => post(`${PRESENCE}/setPresence`, session(pair, 'PT4H'));
const choose = (pair: string) => post(`${PRESENCE}/setUserPreferredPresence`, preferred(pair));
const later = (minutes: number) => porchlight.clock.set(START + minutes * MINUTE_MS);

/** An event that is on now. */
const plan = (changes: object) =>
  post(`/v1.0/users/${USER}/events`, {
    subject: 'Something',
    start: { dateTime: '2026-11-21T08:30:00', timeZone: 'UTC' },
    end: { dateTime: '2026-11-21T12:00:00', timeZone: 'UTC' },
    ...changes,
  });
const out = () => plan({ showAs: 'oof' });
const reply = () =>
  porchlight.as().patch(`/v1.0/users/${USER}/mailboxSettings`, {
    automaticRepliesSetting: { status: 'alwaysEnabled', internalReplyMessage: 'Back on Monday' },
  });

/** How each value comes about, in the order of the page; each way where there are several. */
const WAYS: Readonly<Record<string, readonly (() => Promise<unknown>)[]>> = {
  'Available/Available': [
    () => set('Available/Available'),
    () => set('Away/Away').then(() => choose('Available/Available')),
  ],
  'Available/AvailableInactive': [() => set('Available/Available').then(() => later(5))],
  'Available/OutOfOffice': [
    () => set('Available/Available').then(reply),
    () => set('Available/Available').then(out),
  ],
  'Away/Away': [
    () => set('Away/Away'),
    () => set('Available/Available').then(() => choose('Away/Away')),
    () => set('Available/Available').then(() => later(10)),
  ],
  'Away/OutOfOffice': [() => set('Away/Away').then(reply), () => set('Away/Away').then(out)],
  'BeRightBack/BeRightBack': [() => set('Away/Away').then(() => choose('BeRightBack/BeRightBack'))],
  'Busy/Busy': [() => set('Away/Away').then(() => choose('Busy/Busy'))],
  'Busy/InACall': [() => set('Busy/InACall')],
  'Busy/InAConferenceCall': [() => set('Busy/InAConferenceCall')],
  'Busy/InAMeeting': [() => set('Available/Available').then(() => plan({ showAs: 'busy' }))],
  'DoNotDisturb/DoNotDisturb': [
    () => set('Away/Away').then(() => choose('DoNotDisturb/DoNotDisturb')),
  ],
  'DoNotDisturb/Focusing': [
    () =>
      set('Available/Available').then(() => plan({ showAs: 'busy', categories: ['Focus time'] })),
  ],
  'DoNotDisturb/Presenting': [() => set('DoNotDisturb/Presenting')],
  'Offline/Offline': [
    () => set('Busy/InACall').then(() => later(240)),
    () => plan({ showAs: 'busy' }),
  ],
  'Offline/OffWork': [() => set('Available/Available').then(() => choose('Offline/OffWork'))],
  'Offline/OutOfOffice': [reply, out],
  'PresenceUnknown/PresenceUnknown': [async () => {}],
};

test('the page has each value that can come about, once', () => {
  const rows = table('Each value, and from what').map(([first, second]) => `${first}/${second}`);
  expect(rows).toEqual(Object.keys(WAYS));
});

test.each(
  Object.entries(WAYS).flatMap(([value, ways]) => ways.map((way, at) => ({ value, way, at }))),
)('$value comes about as the page says, way $at', async ({ value, way }) => {
  await way();
  const asked = value.startsWith('PresenceUnknown') ? STRANGER : USER;
  const bulk = await porchlight
    .as()
    .post('/v1.0/communications/getPresencesByUserId', { ids: [asked] });
  const [presence] = (bulk.body as { value: { availability: string; activity: string }[] }).value;
  expect(`${presence?.availability}/${presence?.activity}`).toBe(value);
});

/** What a row of the second table is about. */
function slotsOf(row: string): Slot[] {
  const standing = {
    isCancelled: false,
    response: 'none',
    isFocusTime: /focus time/.test(row),
    isAllDay: /, all day/.test(row),
  } as const;
  const slot = (showAs: ShowAs, changes: Partial<Slot> = {}): Slot => ({
    ...{ start: { wall: 0, zone: UTC }, length: { days: 0, ms: 1 }, showAs },
    ...standing,
    ...changes,
  });
  if (row.startsWith('cancelled')) {
    return [slot('busy', { isCancelled: true }), slot('oof', { response: 'declined' })];
  }
  const named = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name as ShowAs);
  return named.flatMap((showAs) =>
    /also all day/.test(row) ? [slot(showAs), slot(showAs, { isAllDay: true })] : [slot(showAs)],
  );
}

test('which events count is what the page says', () => {
  const rows = table('Which events count');
  expect(rows.length).toBeGreaterThan(7);
  for (const [row = '', counts] of rows) {
    const slots = slotsOf(row);
    expect(slots.length, row).toBeGreaterThan(0);
    for (const slot of slots) expect(spanKindOf(slot) ?? 'nothing', row).toBe(counts);
  }
});
