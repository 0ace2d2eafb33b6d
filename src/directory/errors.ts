/** Another user of the tenant has that user name. */
export class UserNameTaken extends Error {
  readonly code = 'UserNameTaken';
  readonly userName: string;
  /** Who has it. */
  readonly userId: string;

  constructor(userName: string, userId: string) {
    super(`the user name ${JSON.stringify(userName)} is that of user ${userId}`);
    this.name = 'UserNameTaken';
    this.userName = userName;
    this.userId = userId;
  }
}

/** A user isn't as whoever writes took them to be: another request, here or elsewhere, was first. */
export class UserChanged extends Error {
  readonly code = 'UserChanged';
  readonly userId: string;

  constructor(userId: string) {
    super(`user ${userId} has changed meanwhile`);
    this.name = 'UserChanged';
    this.userId = userId;
  }
}

/** Another group of the tenant is called so. */
export class GroupNameTaken extends Error {
  readonly code = 'GroupNameTaken';
  /** Which one is. */
  readonly groupId: string;

  constructor(displayName: string, groupId: string) {
    super(`the name ${JSON.stringify(displayName)} is that of group ${groupId}`);
    this.name = 'GroupNameTaken';
    this.groupId = groupId;
  }
}

/** A group isn't as whoever writes took it to be: another request, here or elsewhere, was first. */
export class GroupChanged extends Error {
  readonly code = 'GroupChanged';
  readonly groupId: string;

  constructor(groupId: string) {
    super(`group ${groupId} has changed meanwhile`);
    this.name = 'GroupChanged';
    this.groupId = groupId;
  }
}
