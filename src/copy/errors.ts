/** A copy that can't be made, or isn't what was copied. What was copied so far stays, to be gone on with. */
export class CopyFailed extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CopyFailed';
  }
}
