import { StoreUnavailable } from '../errors.ts';

/** How many updates may wait for the disk. More are refused: they would wait for seconds. */
const MAX_WAITING = 100_000;

/** How long the texts of documents that wait may be before more are refused: they are in memory. */
const MAX_WAITING_CHARACTERS = 1 << 26;

/** When it may be tried again: by then some have gone to the disk. */
const RETRY_AFTER_MS = 1000;

/** @throws StoreUnavailable when as many updates wait for the disk as may */
export function checkWaiting(waiting: number): void {
  if (waiting < MAX_WAITING) return;
  throw new StoreUnavailable(`${waiting} updates wait for the disk already`, RETRY_AFTER_MS);
}

/** @throws StoreUnavailable when the texts of documents that wait for the disk are as long as they may be */
export function checkWaitingCharacters(characters: number): void {
  if (characters < MAX_WAITING_CHARACTERS) return;
  const reason = 'documents of 64 MB and more wait for the disk already';
  throw new StoreUnavailable(reason, RETRY_AFTER_MS);
}
