import { zoneNamed } from '../../calendar/zones.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';
import { isWellFormed } from '../../graph/unicode.ts';
import { instantOf } from './automatic-replies.ts';
import { type Given, oneOf, required, shortText } from './said.ts';
import {
  type AutomaticReplies,
  DEFAULT_SETTINGS,
  DELEGATE_OPTIONS,
  EXTERNAL_AUDIENCES,
  type MailboxSettings,
  REPLY_STATUSES,
  type SaidSettings,
  settingsOf,
} from './settings.ts';
import { changedHours, type WorkingHoursInput } from './working-hours.ts';

/** In UTF-16 code units; the real service keeps 128 kB. */
export const LONGEST_REPLY = 32_768;

interface AutomaticRepliesInput {
  readonly status?: Given<string>;
  readonly externalAudience?: Given<string>;
  readonly scheduledStartDateTime?: Given<DateTimeTimeZone>;
  readonly scheduledEndDateTime?: Given<DateTimeTimeZone>;
  readonly internalReplyMessage?: Given<string>;
  readonly externalReplyMessage?: Given<string>;
}

/** What a client wants to be otherwise: Graph's words in any case; null for as if it was never said. */
export interface SettingsInput {
  readonly automaticRepliesSetting?: Given<AutomaticRepliesInput>;
  readonly timeZone?: Given<string>;
  readonly language?: Given<{ readonly locale?: Given<string> }>;
  readonly workingHours?: Given<WorkingHoursInput>;
  readonly dateFormat?: Given<string>;
  readonly timeFormat?: Given<string>;
  readonly delegateMeetingMessageDeliveryOptions?: Given<string>;
}

type Readers = {
  readonly [Name in keyof MailboxSettings]: (
    given: NonNullable<SettingsInput[Name]>,
    before: MailboxSettings,
  ) => MailboxSettings[Name];
};

const READERS: Readers = {
  automaticRepliesSetting: (given, before) => {
    return changedReplies(given, before.automaticRepliesSetting);
  },
  timeZone: (given) => knownZone(given, 'TimeZone'),
  language: (given) => language(given.locale),
  workingHours: (given, before) => changedHours(given, before.workingHours),
  dateFormat: (given) => format(given, 'DateFormat'),
  timeFormat: (given) => format(given, 'TimeFormat'),
  delegateMeetingMessageDeliveryOptions: (given) =>
    oneOf(DELEGATE_OPTIONS, given, 'DelegateMeetingMessageDeliveryOptions'),
};

export const SETTABLE_SETTINGS = Object.keys(READERS) as (keyof MailboxSettings)[];

/**
 * The settings after a change. What the change doesn't name stays, also within a setting (Graph: "Existing
 * properties that are not included … will maintain their previous values").
 * @throws GraphError 400 naming the field that is wrong
 */
export function changedSettings(said: SaidSettings, input: SettingsInput): SaidSettings {
  const before = settingsOf(said);
  const after: Record<string, unknown> = { ...said };
  for (const name of SETTABLE_SETTINGS) {
    const given = input[name];
    if (given === undefined) continue;
    if (given === null) delete after[name];
    else
      after[name] = (READERS[name] as (given: unknown, before: MailboxSettings) => unknown)(
        given,
        before,
      );
  }
  return after;
}

function changedReplies(given: AutomaticRepliesInput, before: AutomaticReplies): AutomaticReplies {
  const unset = DEFAULT_SETTINGS.automaticRepliesSetting;
  const changed = <Value, Read>(
    value: Given<Value>,
    was: Read,
    none: Read,
    read: (v: Value) => Read,
  ) => (value === undefined ? was : value === null ? none : read(value));
  const after: AutomaticReplies = {
    status: changed(given.status, before.status, unset.status, (status) =>
      oneOf(REPLY_STATUSES, status, 'AutomaticRepliesSetting.Status'),
    ),
    externalAudience: changed(
      given.externalAudience,
      before.externalAudience,
      unset.externalAudience,
      (audience) => oneOf(EXTERNAL_AUDIENCES, audience, 'AutomaticRepliesSetting.ExternalAudience'),
    ),
    scheduledStartDateTime: changed(
      given.scheduledStartDateTime,
      before.scheduledStartDateTime,
      null,
      (time) => ({ dateTime: time.dateTime, timeZone: time.timeZone }),
    ),
    scheduledEndDateTime: changed(
      given.scheduledEndDateTime,
      before.scheduledEndDateTime,
      null,
      (time) => ({ dateTime: time.dateTime, timeZone: time.timeZone }),
    ),
    internalReplyMessage: changed(
      given.internalReplyMessage,
      before.internalReplyMessage,
      '',
      (text) => reply(text, 'InternalReplyMessage'),
    ),
    externalReplyMessage: changed(
      given.externalReplyMessage,
      before.externalReplyMessage,
      '',
      (text) => reply(text, 'ExternalReplyMessage'),
    ),
  };
  checkSchedule(after);
  return after;
}

function checkSchedule(replies: AutomaticReplies): void {
  const { status, scheduledStartDateTime: start, scheduledEndDateTime: end } = replies;
  const startMs = start && instantOf(start, 'ScheduledStartDateTime');
  const endMs = end && instantOf(end, 'ScheduledEndDateTime');
  if (status !== 'scheduled') return;
  if (startMs === null) throw required('AutomaticRepliesSetting.ScheduledStartDateTime');
  if (endMs === null) throw required('AutomaticRepliesSetting.ScheduledEndDateTime');
  if (endMs > startMs) return;
  throw invalidArgument(
    '[AutomaticRepliesSetting.ScheduledEndDateTime]: must be later than ScheduledStartDateTime.',
  );
}

function reply(text: string, name: string): string {
  const field = `AutomaticRepliesSetting.${name}`;
  if (text.length > LONGEST_REPLY) {
    throw invalidArgument(
      `[${field}]: ${text.length} characters are too many: ${LONGEST_REPLY} at most.`,
    );
  }
  return wellFormed(text, field);
}

/** @throws GraphError 400 naming the field */
export function knownZone(name: string, field: string): string {
  if (zoneNamed(name) !== undefined) return name;
  throw invalidArgument(
    `[${field}]: '${shortened(name)}' is neither an IANA nor a Windows time zone name.`,
  );
}

/** Its name in English follows from the locale, as in the real service. */
function language(locale: Given<string>): MailboxSettings['language'] {
  if (locale == null) return DEFAULT_SETTINGS.language;
  try {
    const names = new Intl.DisplayNames('en', { type: 'language', languageDisplay: 'standard' });
    return {
      locale: shortText(locale, 'Language.Locale'),
      displayName: names.of(locale) ?? locale,
    };
  } catch {
    throw invalidArgument(
      `[Language.Locale]: '${shortened(locale)}' is not a locale such as en-US.`,
    );
  }
}

function format(text: string, field: string): string {
  if (text === '') throw required(field);
  return wellFormed(shortText(text, field), field);
}

/** @throws GraphError 400 for text that no store could keep */
function wellFormed(text: string, field: string): string {
  if (isWellFormed(text)) return text;
  throw invalidArgument(`[${field}]: is not well-formed Unicode (half of a surrogate pair).`);
}
