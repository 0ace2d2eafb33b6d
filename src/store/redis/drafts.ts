import type { Advanced, Change, UserRecord } from '../../engine/advance.ts';
import { NEVER_MS } from '../../engine/facts.ts';
import { dueAfter } from '../due-index.ts';
import type { Step, UserKey } from '../store.ts';
import { isIdle } from './idle.ts';
import type { Found, VersionedSlot } from './records.ts';

/** An update that waits to be carried out, and for what comes of it. */
export interface Job {
  readonly user: UserKey;
  /** What the user goes by in a group. */
  readonly name: string;
  /** The key of the user's record. */
  readonly key: Buffer;
  readonly nowMs: number;
  readonly step: Step;
  readonly resolve: (advanced: Advanced) => void;
  readonly reject: (error: unknown) => void;
}

/** What a user's record is to be. Updates of one group collapse into it. */
export interface Draft {
  readonly user: UserKey;
  readonly name: string;
  readonly key: Buffer;
  readonly found: VersionedSlot;
  record: UserRecord;
  armedMs: number;
  /** Nothing is to be written: only whether the record is still the one that was found. */
  isCheck: boolean;
  readonly done: { readonly job: Job; readonly advanced: Advanced }[];
}

/** An entry for the feed, with the draft it goes with. */
export interface DraftChange {
  readonly draft: Draft;
  readonly change: Change;
}

/** What a group of updates makes of the records that were found. */
export class Drafts {
  /** In the order in which the updates came. */
  readonly changes: DraftChange[] = [];
  readonly #byUser = new Map<string, Draft>();
  readonly #found: ReadonlyMap<string, Found>;
  readonly #floorMs: number;

  /** `floorMs` is what numbers of changes must be greater than. */
  constructor(found: ReadonlyMap<string, Found>, floorMs: number) {
    this.#found = found;
    this.#floorMs = floorMs;
  }

  get all(): Draft[] {
    return [...this.#byUser.values()];
  }

  /** Takes the job's step. When that throws, or the record can't be read, the job fails, and no other. */
  take(job: Job): void {
    try {
      this.#take(job);
    } catch (error) {
      job.reject(error);
    }
  }

  #take(job: Job): void {
    const { name, nowMs, step } = job;
    const draft = this.#byUser.get(name) ?? this.#begin(job);
    const before = draft.record;
    const advanced = above(this.#floorMs, before, step);
    const { record, changes, refusal } = advanced;
    this.#byUser.set(name, draft);
    draft.done.push({ job, advanced });
    if (refusal !== undefined) return;
    const armedMs = dueAfter(draft.armedMs, record.untilMs, nowMs);
    if (record === before && armedMs === draft.armedMs && changes.length === 0) return;
    draft.isCheck = false;
    draft.record = record;
    draft.armedMs = armedMs;
    for (const change of changes) this.changes.push({ draft, change });
  }

  #begin({ user, name, key }: Job): Draft {
    const found = this.#found.get(name)?.();
    if (found === undefined) throw new Error(`nobody asked for the record of ${name}`);
    const { record, armedMs } = found;
    return { user, name, key, found, record, armedMs, isCheck: true, done: [] };
  }
}

/**
 * The step on a record whose next numbers are greater than the floor. Without changes its number stays, unless
 * the step has put another record in its place.
 */
function above(floorMs: number, before: UserRecord, step: Step): Advanced {
  if (before.number >= floorMs) return step(before);
  const raised = { ...before, number: floorMs };
  const advanced = step(raised);
  if (advanced.changes.length > 0) return advanced;
  const { record } = advanced;
  if (record === raised) return { ...advanced, record: before };
  if (record.number !== raised.number) return advanced;
  return { ...advanced, record: { ...record, number: before.number } };
}

/** How the commit script is told of the record's end: see scripts/commit.lua. */
export function idleArgument({ found, record }: Draft): string {
  if (isIdle(record)) return String(record.number);
  return isIdle(found.record) && found.version.length > 0 ? '' : '=';
}

/** How the commit script is told of the due entry. */
export function dueArgument({ found, armedMs }: Draft): string {
  if (armedMs === found.armedMs) return '=';
  return armedMs === NEVER_MS ? '' : String(armedMs);
}
