import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectError, type Porchlight, startPorchlight, USER } from './porchlight.ts';

const PATH = '/v1.0/me/mailboxSettings';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
  expect((await self().patch(PATH, { timeZone: 'Europe/Berlin' })).status).toBe(200);
});
afterAll(() => porchlight.close());

const self = () => porchlight.as({ user: USER, permissions: ['MailboxSettings.ReadWrite'] });

async function settings(): Promise<unknown> {
  return (await self().get(PATH)).body;
}

const time = (dateTime: string, timeZone = 'UTC') => ({ dateTime, timeZone });

const SCHEDULED = {
  status: 'scheduled',
  scheduledStartDateTime: time('2026-11-23T18:00:00.0000000'),
  scheduledEndDateTime: time('2026-11-30T08:00:00.0000000'),
};

test.each([
  [
    'a status there isn’t',
    { automaticRepliesSetting: { status: 'maybe' } },
    '[AutomaticRepliesSetting.Status]',
  ],
  [
    'an audience there isn’t',
    { automaticRepliesSetting: { externalAudience: 'some' } },
    'ExternalAudience',
  ],
  [
    'scheduled without times',
    { automaticRepliesSetting: { status: 'scheduled' } },
    'ScheduledStartDateTime',
  ],
  [
    'scheduled without an end',
    { automaticRepliesSetting: { ...SCHEDULED, scheduledEndDateTime: null } },
    'ScheduledEndDateTime',
  ],
  [
    'an end before the start',
    {
      automaticRepliesSetting: {
        ...SCHEDULED,
        scheduledEndDateTime: SCHEDULED.scheduledStartDateTime,
      },
    },
    'ScheduledEndDateTime',
  ],
  [
    'a time that is none, also while disabled',
    { automaticRepliesSetting: { scheduledStartDateTime: time('tomorrow') } },
    '[AutomaticRepliesSetting.ScheduledStartDateTime.DateTime]',
  ],
  [
    'a zone of a time that nobody knows',
    { automaticRepliesSetting: { scheduledStartDateTime: time('2026-11-23T18:00:00', 'Mars') } },
    '[AutomaticRepliesSetting.ScheduledStartDateTime.TimeZone]',
  ],
  [
    'a message of more than 32,768 characters',
    { automaticRepliesSetting: { internalReplyMessage: 'x'.repeat(32_769) } },
    'InternalReplyMessage',
  ],
  [
    'half a character',
    { automaticRepliesSetting: { externalReplyMessage: '\udc00' } },
    'ExternalReplyMessage',
  ],
  ['a field there isn’t', { automaticRepliesSetting: { statuz: 'disabled' } }, '[statuz]'],
  ['a setting there isn’t', { birthday: '2000-01-01' }, '[birthday]'],
  ['a zone that nobody knows', { timeZone: 'Mars/Olympus' }, '[TimeZone]'],
  ['a zone that is an offset', { timeZone: '+05:00' }, '[TimeZone]'],
  ['a locale that is none', { language: { locale: 'not a locale' } }, '[Language.Locale]'],
  ['an empty format', { dateFormat: '' }, '[DateFormat]'],
  ['a long format', { timeFormat: 'h'.repeat(256) }, '[TimeFormat]'],
  ['an option there isn’t', { delegateMeetingMessageDeliveryOptions: 'nobody' }, 'Delegate'],
  ['a day there isn’t', { workingHours: { daysOfWeek: ['RandomDay'] } }, 'DaysOfWeek'],
  ['eight days', { workingHours: { daysOfWeek: Array(8).fill('monday') } }, 'DaysOfWeek'],
  ['a time of day that is none', { workingHours: { startTime: '08' } }, 'StartTime'],
  ['the 25th hour', { workingHours: { endTime: '24:30:00' } }, 'EndTime'],
  [
    'a start after the end',
    { workingHours: { startTime: '18:00:00' } },
    'Start Time should occur before End Time.',
  ],
  [
    'a zone of working hours that nobody knows',
    { workingHours: { timeZone: { name: 'Mars' } } },
    'Time Zone settings provided are invalid',
  ],
  [
    'an offset without a bias',
    { workingHours: { timeZone: { name: 'Mine', standardOffset: { month: 3 } } } },
    '[WorkingHours.TimeZone.Bias]',
  ],
])('%s is 400, and nothing of it is kept', async (_, body, words) => {
  const before = [await settings(), await porchlight.kept()];
  const answer = await self().patch(PATH, { dateFormat: 'yyyy', ...body });
  expect(expectError(answer, 400, 'InvalidArgument')).toContain(words);
  expect([await settings(), await porchlight.kept()]).toEqual(before);
});

test('without a body: 400', async () => {
  expectError(await self().patch(PATH), 400, 'InvalidArgument');
});
