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
