import { GraphError, type GraphErrorCode } from '../graph/error.ts';

/** A failure that somebody ordered to see what an application makes of it. Nothing is wrong with the server. */
export class OrderedFault extends GraphError {
  /**
   * Whether the connection is closed in place of an answer. A part of a batch has no connection of its own:
   * there it is answered like any other error.
   */
  readonly hangsUp: boolean;

  constructor(
    status: number,
    code: GraphErrorCode,
    message: string,
    headers: Readonly<Record<string, string>>,
    hangsUp: boolean,
  ) {
    super(status, code, message, headers);
    this.name = 'OrderedFault';
    this.hangsUp = hangsUp;
  }
}
