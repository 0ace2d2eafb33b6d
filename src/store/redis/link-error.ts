import { StoreUnavailable } from '../errors.ts';

/** When a caller who was refused should come again: by then the connection was tried again. */
export const RETRY_AFTER_MS = 1000;

/** Nothing was sent: there is no connection to send it by. */
export class NotSent extends Error {}

/** It was sent, and what became of it is not known. */
export class NoAnswer extends Error {}

/** It was done, and may be lost with the one server that has it. */
export class Unconfirmed extends Error {}

/** So, and waiting longer or sending it again would be of no use. */
export class TooFewReplicas extends Unconfirmed {}

/** Whether Redis was asked and said no, for the reason that it begins with, if one is given. */
export function isRefusal(error: unknown, reason = ''): boolean {
  const cause = error instanceof StoreUnavailable ? error.cause : error;
  return isReplyError(cause) && cause.message.startsWith(reason);
}

export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

/** What ioredis says, in words that mean something to who runs the server. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^(Connection is closed|Reached the max retries|Command aborted)/.test(message)) {
    return 'the connection broke';
  }
  if (/^(connect ETIMEDOUT|Socket timeout)/.test(message)) return 'no answer in time';
  if (/cluster support disabled/.test(message)) {
    return 'it is not part of a cluster, and is addressed as redis://HOST';
  }
  return message === '' ? 'it cannot be reached' : message;
}
