import type { MailboxSettings } from './settings.ts';

/** The properties of Graph's `mailboxSettings`, in the order in which they are written. */
export const SETTINGS_PROPERTIES = [
  'archiveFolder',
  'timeZone',
  'delegateMeetingMessageDeliveryOptions',
  'dateFormat',
  'timeFormat',
  'userPurpose',
  'automaticRepliesSetting',
  'language',
  'workingHours',
] as const;

export type SettingsProperty = (typeof SETTINGS_PROPERTIES)[number];

/** What an answer says of each: there are no archives here, and no mailboxes but those of people. */
export function settingsJson(
  settings: MailboxSettings,
  properties: readonly SettingsProperty[] = SETTINGS_PROPERTIES,
): Partial<Record<SettingsProperty, unknown>> {
  const all: Record<SettingsProperty, unknown> = {
    archiveFolder: null,
    userPurpose: 'user',
    ...settings,
  };
  return Object.fromEntries(properties.map((name) => [name, all[name]]));
}
