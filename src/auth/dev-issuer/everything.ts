/** What `.default` means for a signed-in user: everything that an operation here asks for. */
export const ALL_DELEGATED: readonly string[] = [
  'Presence.Read',
  'Presence.Read.All',
  'Presence.ReadWrite',
  'User.Read',
  'User.Read.All',
  'ProfilePhoto.ReadWrite',
  'MailboxSettings.ReadWrite',
  'Calendars.ReadWrite',
];

/** What an application has whose permissions nobody named; but for looking after what others' applications do. */
export const ALL_APPLICATION: readonly string[] = [
  'Presence.Read.All',
  'Presence.ReadWrite.All',
  'User.Read.All',
  'ProfilePhoto.ReadWrite.All',
  'MailboxSettings.ReadWrite',
  'Calendars.ReadWrite',
];
