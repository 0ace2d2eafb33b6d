import type { Zone } from '../../calendar/event.ts';
import { UTC, zoneNamed } from '../../calendar/zones.ts';
import type { DateTimeTimeZone } from '../../graph/date-time-zone.ts';
import { SETTINGS_ID } from '../documents.ts';
import type { MailboxDocuments } from '../mailboxes.ts';

export const REPLY_STATUSES = ['disabled', 'alwaysEnabled', 'scheduled'] as const;
export const EXTERNAL_AUDIENCES = ['none', 'contactsOnly', 'all'] as const;
export const DELEGATE_OPTIONS = [
  'sendToDelegateAndInformationToPrincipal',
  'sendToDelegateAndPrincipal',
  'sendToDelegateOnly',
] as const;
export const DAYS_OF_WEEK = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;

/** Graph's `automaticRepliesSetting`. Messages are HTML, or text. */
export interface AutomaticReplies {
  readonly status: (typeof REPLY_STATUSES)[number];
  readonly externalAudience: (typeof EXTERNAL_AUDIENCES)[number];
  /** There while the status is `scheduled`. */
  readonly scheduledStartDateTime: DateTimeTimeZone | null;
  readonly scheduledEndDateTime: DateTimeTimeZone | null;
  readonly internalReplyMessage: string;
  readonly externalReplyMessage: string;
}

/** Graph's `workingHours`. Times are `08:00:00.0000000`. */
export interface WorkingHours {
  readonly daysOfWeek: readonly (typeof DAYS_OF_WEEK)[number][];
  readonly startTime: string;
  readonly endTime: string;
  /** A `timeZoneBase`, or a `customTimeZone` with rules of its own, which are kept and given back. */
  readonly timeZone: { readonly name: string; readonly [rule: string]: unknown };
}

/** Graph's `mailboxSettings`, as far as it can be set: what a person says of themselves. */
export interface MailboxSettings {
  readonly automaticRepliesSetting: AutomaticReplies;
  /** IANA or Windows name, as it was given. */
  readonly timeZone: string;
  readonly language: { readonly locale: string; readonly displayName: string };
  readonly workingHours: WorkingHours;
  readonly dateFormat: string;
  readonly timeFormat: string;
  readonly delegateMeetingMessageDeliveryOptions: (typeof DELEGATE_OPTIONS)[number];
}

/** Of a person who never said anything; their working hours are in the zone of their own clock. */
export const DEFAULT_SETTINGS: MailboxSettings = {
  automaticRepliesSetting: {
    status: 'disabled',
    externalAudience: 'all',
    scheduledStartDateTime: null,
    scheduledEndDateTime: null,
    internalReplyMessage: '',
    externalReplyMessage: '',
  },
  timeZone: 'UTC',
  language: { locale: 'en-US', displayName: 'English (United States)' },
  workingHours: {
    daysOfWeek: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
    startTime: '08:00:00.0000000',
    endTime: '17:00:00.0000000',
    timeZone: { name: 'UTC' },
  },
  dateFormat: 'M/d/yyyy',
  timeFormat: 'h:mm tt',
  delegateMeetingMessageDeliveryOptions: 'sendToDelegateOnly',
};

/** The newest form that this program writes. */
const VERSION = 1;

/** What was said, by the names of `MailboxSettings`; the rest is as by default. */
export type SaidSettings = Partial<MailboxSettings>;

/** @throws TypeError for a document that a newer program wrote */
export function readSaid(documents: MailboxDocuments): SaidSettings {
  const text = documents.get(SETTINGS_ID);
  if (text === undefined) return {};
  const { version, ...said } = JSON.parse(text) as SaidSettings & { readonly version: unknown };
  if (version !== VERSION) throw new TypeError(`settings of version ${String(version)}`);
  return said;
}

export function writeSaid(said: SaidSettings): string {
  return JSON.stringify({ version: VERSION, ...said });
}

/** The settings with what follows from each other. */
export function settingsOf(said: SaidSettings): MailboxSettings {
  const { timeZone = DEFAULT_SETTINGS.timeZone } = said;
  const workingHours = { ...DEFAULT_SETTINGS.workingHours, timeZone: { name: timeZone } };
  return { ...DEFAULT_SETTINGS, workingHours, ...said };
}

/** The zone of the person's own clock. */
export function homeZone(documents: MailboxDocuments): Zone {
  // A name that was good when it was set may be unknown to another runtime.
  return zoneNamed(settingsOf(readSaid(documents)).timeZone) ?? UTC;
}
