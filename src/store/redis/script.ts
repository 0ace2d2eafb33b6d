import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script that Redis runs as one step. */
export interface Script {
  readonly text: string;
  /** What Redis knows it by. */
  readonly sha1: string;
  readonly writes: boolean;
}

/** The script of that name in the folder beside this file; its head says what it takes and returns. */
function script(name: string, writes = true): Script {
  const text = readFileSync(new URL(`scripts/${name}.lua`, import.meta.url), 'utf8');
  return { text, sha1: createHash('sha1').update(text).digest('hex'), writes };
}

export const CREATE = script('create');
export const UPGRADED = script('upgraded');
export const BEGIN = script('begin');
export const BEAT = script('beat');
export const COMMIT = script('commit');
export const TRIM_FEED = script('trim-feed');
export const HISTORY_FROM = script('history-from', false);
export const FORGET_HISTORY = script('forget-history');
export const ENTER_HISTORIES = script('enter-histories');
export const USERS_AFTER = script('users-after', false);
export const TENANTS_FROM = script('tenants-from', false);
export const WRITE_DOCUMENTS = script('write-documents');
export const DOCUMENTS_SINCE = script('documents-since', false);
export const ATTEND = script('attend');
export const LEAVE = script('leave');
export const TAKE_LEASE = script('take-lease');
export const RENEW_LEASE = script('renew-lease');
export const RELEASE_LEASE = script('release-lease');
