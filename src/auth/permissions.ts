import type { AdditionName } from '../graph/additions.ts';

/**
 * Who may use an operation. Any one of the listed permissions is enough; an empty list says that the
 * operation isn't open to that kind of token.
 */
export interface Access {
  /** Delegated permissions for one's own presence. */
  readonly own: readonly string[];
  /** Delegated permissions for someone else's; `refused` where no permission allows it. */
  readonly other: readonly string[] | 'refused';
  /** Application permissions, for any user of the tenant. */
  readonly application: readonly string[];
  /** Whom Graph refuses and Porchlight doesn't. */
  readonly added?: AddedAccess;
}

export interface AddedAccess {
  readonly addition: AdditionName;
  /** Application permissions, where Graph takes none. */
  readonly application: readonly string[];
}

/** What is enough where additions are allowed. */
export function withAdded(access: Access): Access {
  return access.added === undefined ? access : { ...access, application: access.added.application };
}

const READ_AS_APPLICATION = ['Presence.Read.All', 'Presence.ReadWrite.All'];

export const READ_PRESENCE: Access = {
  own: ['Presence.Read', 'Presence.Read.All'],
  other: ['Presence.Read.All'],
  application: READ_AS_APPLICATION,
};

/** Many at once: Presence.Read isn't enough, even when the only id asked for is one's own. */
export const READ_PRESENCES: Access = {
  own: ['Presence.Read.All'],
  other: ['Presence.Read.All'],
  application: READ_AS_APPLICATION,
};

/**
 * Subscriptions, whomever they are about. Source: Graph, "Get change notifications for presence", whose
 * permission table knows signed-in users alone; that applications may too is an addition of ours.
 */
export const SUBSCRIBE_TO_PRESENCE: Access = {
  ...READ_PRESENCES,
  application: [],
  added: { addition: 'app-only-subscriptions', application: READ_AS_APPLICATION },
};

/** There is no delegated Presence.ReadWrite.All: a signed-in user writes their own presence only. */
export const WRITE_PRESENCE: Access = {
  own: ['Presence.ReadWrite'],
  other: 'refused',
  application: ['Presence.ReadWrite.All'],
};

/** The writes of Graph's older beta drafts, which were open to applications alone. */
export const WRITE_SESSION_LEGACY: Access = {
  own: [],
  other: [],
  application: ['Presence.ReadWrite.All'],
};

/**
 * Where a user works. Source: the permission tables of Graph's pages, which know signed-in users alone; that
 * applications may too is an addition of ours.
 */
export const WRITE_WORK_LOCATION: Access = {
  ...WRITE_PRESENCE,
  application: [],
  added: { addition: 'app-only-work-location', application: WRITE_PRESENCE.application },
};

/** Mailbox settings: a signed-in user's own, for an application anybody's. Source: the permission tables of Graph's pages. */
export const READ_MAILBOX_SETTINGS: Access = {
  own: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
  other: [],
  application: ['MailboxSettings.Read', 'MailboxSettings.ReadWrite'],
};

export const WRITE_MAILBOX_SETTINGS: Access = {
  own: ['MailboxSettings.ReadWrite'],
  other: [],
  application: ['MailboxSettings.ReadWrite'],
};

/**
 * Calendars: a signed-in user's own, for an application anybody's. What others share is an affair of
 * Exchange's that isn't here. Source: the permission tables of Graph's pages of events.
 */
export const READ_CALENDAR: Access = {
  own: ['Calendars.ReadBasic', 'Calendars.Read', 'Calendars.ReadWrite'],
  other: [],
  application: [
    'Calendars.ReadBasic',
    'Calendars.ReadBasic.All',
    'Calendars.Read',
    'Calendars.ReadWrite',
  ],
};

export const WRITE_CALENDAR: Access = {
  own: ['Calendars.ReadWrite'],
  other: [],
  application: ['Calendars.ReadWrite'],
};

/**
 * What apps and calendars said of a user, and not only what follows: an addition of ours, for the users themselves
 * and for whoever looks after the server.
 */
export const EXPLAIN_PRESENCE: Access = {
  own: ['Presence.Read', 'Presence.Read.All'],
  other: [],
  application: ['Porchlight.Manage.All'],
};

/** What was, and which application brought it about: an addition of ours, for the same as the explanation. */
export const READ_HISTORY: Access = EXPLAIN_PRESENCE;

/** The server itself, such as its clock: an addition of ours. */
export const STEER_SERVER: Access = {
  own: [],
  other: [],
  application: ['Porchlight.Manage.All'],
};

/** Everybody's subscriptions of a tenant: an addition of ours, and a permission of our own. */
export const LOOK_AFTER_SUBSCRIPTIONS: Access = {
  own: [],
  other: [],
  application: ['Porchlight.Manage.All'],
};

/** With these all there is of a user may be seen. Source: Graph, "Get a user" and "List users". */
export const READ_USER_WHOLE = [
  'User.Read.All',
  'User.ReadWrite.All',
  'Directory.Read.All',
  'Directory.ReadWrite.All',
];

const READ_USERS = ['User.ReadBasic.All', ...READ_USER_WHOLE];

export const READ_USER: Access = {
  own: ['User.Read', 'User.ReadWrite', ...READ_USERS],
  other: READ_USERS,
  application: READ_USERS,
};

/**
 * Who is in the directory: Graph's permission to create, change and delete users. For applications alone, as
 * nobody is an administrator here.
 */
export const PROVISION_USERS: Access = {
  own: [],
  other: [],
  application: ['User.ReadWrite.All'],
};

const READ_PHOTOS = [
  'ProfilePhoto.Read.All',
  'ProfilePhoto.ReadWrite.All',
  'User.ReadBasic.All',
  'User.Read.All',
  'User.ReadWrite.All',
];

export const READ_PHOTO: Access = {
  own: ['User.Read', 'User.ReadWrite', 'ProfilePhoto.ReadWrite', ...READ_PHOTOS],
  other: READ_PHOTOS,
  application: READ_PHOTOS,
};

/**
 * In Graph a signed-in user may change others' photos only as an administrator. Nobody is one here, so that is for
 * applications.
 */
export const WRITE_PHOTO: Access = {
  own: [
    'ProfilePhoto.ReadWrite',
    'ProfilePhoto.ReadWrite.All',
    'User.ReadWrite',
    'User.ReadWrite.All',
  ],
  other: [],
  application: ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
};

/** Where a person's calendar is fetched from: an addition of ours, with Graph's permissions for calendars. */
export const READ_CALENDAR_FEED: Access = {
  own: ['Calendars.Read', 'Calendars.ReadWrite'],
  other: [],
  application: ['Calendars.Read', 'Calendars.ReadWrite'],
};

export const WRITE_CALENDAR_FEED: Access = {
  own: ['Calendars.ReadWrite'],
  other: [],
  application: ['Calendars.ReadWrite'],
};
