import type { Operation, Read, Write } from './operation.ts';
import { type Stuck, searchOrder } from './search.ts';

export type FindingKind =
  | 'stale read'
  | 'staler than flagged'
  | 'lost update'
  | 'resurrected session'
  | 'repeated write'
  | 'repeated number'
  | 'wrong number'
  | 'invented value'
  | 'no order'
  | 'undecided';

export interface Explanation {
  readonly kind: FindingKind;
  readonly text: string;
  /** What it is about, in the order of the history. */
  readonly operations: readonly Operation[];
}

/** How many writes before the end are suspected: those that matter are mostly the last ones. */
const MOST_SUSPECTS = 60;

/** A guess that takes more than this is none. */
const MOST_PLACES = 2000;

/**
 * Puts into words why there is no order, by looking which single fault would make one possible: first of all
 * that happened, then, as there may be several faults, of what happened by the operation where it was noticed.
 */
export function explain(operations: readonly Operation[], stuck: Stuck): Explanation {
  const { at, before, possible } = stuck;
  if (stuck.isUndecided) {
    return { kind: 'undecided', text: 'too much was possible to look at it all', operations: [at] };
  }
  const suspects = before === undefined ? [at] : [before, at];
  for (const history of [operations, until(operations, at)]) {
    if (isPossible(history)) continue;
    for (const guess of [timeFault, valueFault]) {
      for (const suspect of suspects) {
        const fault = guess(history, suspect);
        if (fault !== undefined) return fault;
      }
    }
  }
  return {
    kind: 'no order',
    text: `no order explains the last of these; possible before it were ${possible.join(', ')}`,
    operations: around(operations, at),
  };
}

function timeFault(operations: readonly Operation[], at: Operation): Explanation | undefined {
  return (
    (at.kind === 'read' ? staleRead(operations, at) : undefined) ??
    lostWrite(operations, at) ??
    repeatedWrite(operations, at)
  );
}

function valueFault(operations: readonly Operation[], at: Operation): Explanation | undefined {
  if (at.kind === 'write') return undefined;
  return wrongNumber(operations, at) ?? staleReads(operations, at) ?? inventedValue(operations, at);
}

function staleRead(operations: readonly Operation[], at: Read): Explanation | undefined {
  if (!isPossible(operations.map((each) => (each === at ? early(at) : each)))) return undefined;
  const { staleMs } = at;
  return staleMs === undefined
    ? { kind: 'stale read', text: 'this was true before, and no more', operations: [at] }
    : {
        kind: 'staler than flagged',
        text: `this was true more than ${staleMs} ms before`,
        operations: [at],
      };
}

function staleReads(operations: readonly Operation[], at: Read): Explanation | undefined {
  const isSame = (each: Operation): each is Read =>
    each.kind === 'read' && each.number === at.number;
  if (!isPossible(operations.map((each) => (isSame(each) ? early(each) : each)))) return undefined;
  const text = 'these were true before, and no more when the last of them was asked';
  return { kind: 'stale read', text, operations: operations.filter(isSame) };
}

/** As if it might show anything that was ever true by then. */
function early(read: Read): Read {
  return { ...read, invokedNs: Number.NEGATIVE_INFINITY };
}

function lostWrite(operations: readonly Operation[], at: Operation): Explanation | undefined {
  for (const write of writesBefore(operations, at)) {
    if (write.outcome !== 'ok' || write === at) continue;
    if (!isPossible(operations.filter((each) => each !== write))) continue;
    return write.command.kind === 'clearPresence'
      ? {
          kind: 'resurrected session',
          text: 'the session was cleared, and lives',
          operations: [write, at],
        }
      : {
          kind: 'lost update',
          text: 'the first was acknowledged, and is not there',
          operations: [write, at],
        };
  }
  return undefined;
}

function repeatedWrite(operations: readonly Operation[], at: Operation): Explanation | undefined {
  for (const write of writesBefore(operations, at)) {
    if (write.outcome !== 'ok' && write.outcome !== 'unknown') continue;
    const again: Write = { ...write, outcome: 'ok', returnedNs: at.returnedNs };
    if (!isPossible([...operations, again])) continue;
    return write.command.kind === 'setPresence'
      ? {
          kind: 'resurrected session',
          text: 'the session came back, as the first set it, after that was over',
          operations: [write, at],
        }
      : {
          kind: 'repeated write',
          text: 'the first took effect once more after it was over',
          operations: [write, at],
        };
  }
  return undefined;
}

function wrongNumber(operations: readonly Operation[], at: Read): Explanation | undefined {
  const others = operations.filter((each) => each.kind === 'read' && each !== at) as Read[];
  const numbers = new Set(others.map(({ number }) => number));
  for (const number of [0, ...numbers].flatMap((each) => [each, each + 0.5])) {
    if (!isPossible(replaced(operations, at, { ...at, number }))) continue;
    return numbers.has(at.number)
      ? {
          kind: 'repeated number',
          text: `something changed, and the number is ${at.number} again`,
          operations: [...others.filter((each) => each.number === at.number).slice(0, 1), at],
        }
      : {
          kind: 'wrong number',
          text: `what it shows could be, but not with number ${at.number}`,
          operations: [at],
        };
  }
  return undefined;
}

function inventedValue(operations: readonly Operation[], at: Read): Explanation | undefined {
  if (!isPossible(operations.filter((each) => each !== at))) return undefined;
  if (at.shown.startsWith('PresenceUnknown')) {
    return { kind: 'lost update', text: 'the user was known, and is not', operations: [at] };
  }
  const text = `nothing that was asked for by then leads to ${at.shown}`;
  return { kind: 'invented value', text, operations: [at] };
}

/** Writes that may have something to do with it, the latest first. */
function writesBefore(operations: readonly Operation[], at: Operation): Write[] {
  return operations
    .filter((each) => each.kind === 'write')
    .filter(({ invokedNs }) => invokedNs <= at.returnedNs)
    .sort((a, b) => b.invokedNs - a.invokedNs)
    .slice(0, MOST_SUSPECTS);
}

function isPossible(operations: readonly Operation[]): boolean {
  return searchOrder(operations, MOST_PLACES) === undefined;
}

function replaced(operations: readonly Operation[], one: Operation, by: Operation): Operation[] {
  return operations.map((each) => (each === one ? by : each));
}

/** What was known when the operation ended: later answers aren't. */
function until(operations: readonly Operation[], { returnedNs }: Operation): Operation[] {
  return operations
    .filter((each) => each.invokedNs <= returnedNs)
    .flatMap((each): Operation[] => {
      if (each.returnedNs <= returnedNs) return [each];
      return each.kind === 'read' ? [] : [{ ...each, outcome: 'unknown' }];
    });
}

/** The operation with some before it. */
function around(operations: readonly Operation[], at: Operation): Operation[] {
  const before = operations.filter(({ invokedNs }) => invokedNs <= at.returnedNs);
  return [...before.filter((each) => each !== at).slice(-12), at];
}
