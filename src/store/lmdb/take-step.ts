import { type Advanced, NEW_RECORD } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import { dueAfter } from '../due-index.ts';
import type { Slot } from '../record-cache.ts';
import type { Step } from '../store.ts';

/** What a step made of a record. */
export interface Taken {
  readonly advanced: Advanced;
  /** The due entry the user is to have, Unix time in ms; `NEVER_MS` for none. */
  readonly armedMs: number;
  /** It was refused, or everything is as it was. */
  readonly keepsNothing: boolean;
}

/** Takes a step from the record that was found, at `nowMs`. */
export function takeStep(found: Slot | undefined, nowMs: number, step: Step): Taken {
  const before = found === undefined ? NEW_RECORD : found.record;
  const foundArmedMs = found === undefined ? NEVER_MS : found.armedMs;
  const advanced = step(before);
  const { record, changes, refusal } = advanced;
  const armedMs = dueAfter(foundArmedMs, record.untilMs, nowMs);
  const keepsNothing =
    refusal !== undefined ||
    (record === before && armedMs === foundArmedMs && changes.length === 0);
  return { advanced, armedMs, keepsNothing };
}
