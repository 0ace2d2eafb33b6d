/** A change that was committed, as far as a receiver could know it. */
export interface Committed {
  readonly userId: string;
  readonly number: number;
  /** What it left: `Busy/InACall`. */
  readonly pair: string;
}

/** Something that reached the receiver, in the order of arrival. */
export type Arrival =
  | {
      readonly kind: 'change';
      /** Of the notification; undefined when it came without. */
      readonly id: string | undefined;
      readonly userId: string;
      readonly number: number;
      readonly pair: string;
      /**
       * Sent by a server that stood still with it and lost its turn meanwhile: it may come at any time, and
       * keeps no promise.
       */
      readonly isLate?: boolean;
    }
  | {
      readonly kind: 'missed';
      /** How many of the committed changes there were by then: it can speak of no later ones. */
      readonly committed: number;
    };

/** What one subscription was promised, and what came of it. */
export interface Account {
  /** `each` step, or of a user's steps at least a later one. */
  readonly delivery: 'each' | 'latest';
  /** All changes of its users since it was made, each user's in their order. */
  readonly committed: readonly Committed[];
  readonly arrivals: readonly Arrival[];
  /** So many of the committed were committed before the promise was made: they may come, and needn't. */
  readonly before?: number;
}

const nameOf = ({ userId, number }: { readonly userId: string; readonly number: number }) =>
  `change ${number} of ${userId}`;

/**
 * Everything that breaks a promise: a change that neither came nor was announced as missed; one that
 * came after a later one of the same user, but as a repetition; a repetition that can't be known as one;
 * one that never happened; a last word that isn't the final state.
 */
export function complaintsAbout({ delivery, committed, arrivals, before = 0 }: Account): string[] {
  const complaints: string[] = [];
  const byName = new Map(committed.map((change) => [nameOf(change), change]));
  const idOf = new Map<string, string>();
  const came = new Set<string>();
  const nameOfId = new Map<string, string>();
  const newest = new Map<string, number>();
  const last = new Map<string, string>();
  /** What is before this place in `committed` need not come. */
  let excused = before;

  for (const arrival of arrivals) {
    if (arrival.kind === 'missed') {
      excused = Math.max(excused, arrival.committed);
      continue;
    }
    const { id, userId, number, pair, isLate = false } = arrival;
    const name = nameOf(arrival);
    const happened = byName.get(name);
    if (happened === undefined) complaints.push(`${name} never happened`);
    else if (happened.pair !== pair) complaints.push(`${name} came as ${pair}`);
    if (id === undefined) complaints.push(`${name} came without an id`);
    else {
      const other = nameOfId.get(id);
      if (other !== undefined && other !== name) complaints.push(`${name} has the id of ${other}`);
      nameOfId.set(id, name);
    }
    const known = idOf.get(name) ?? id;
    if (known !== id) complaints.push(`${name} was repeated under another id`);
    if (known !== undefined) idOf.set(name, known);
    if (isLate) continue;
    last.set(userId, name);
    if (came.has(name)) continue;
    came.add(name);
    if (number < (newest.get(userId) ?? 0)) complaints.push(`${name} came after a later one`);
    newest.set(userId, Math.max(number, newest.get(userId) ?? 0));
  }

  const final = new Map(committed.map((change) => [change.userId, change]));
  for (const change of committed.slice(excused)) {
    const name = nameOf(change);
    if (came.has(name)) continue;
    if (delivery === 'latest' && change.number < (newest.get(change.userId) ?? 0)) continue;
    complaints.push(`${name} was lost`);
  }
  for (const [userId, change] of final) {
    const name = last.get(userId);
    const isExcused = committed.indexOf(change) < excused;
    if (name !== undefined && name !== nameOf(change) && !isExcused) {
      complaints.push(`the last word on ${userId} was ${name}, not ${nameOf(change)}`);
    }
  }
  return complaints;
}

/** How many of the promised never came: where each was asked for, no more than were counted as lost. */
export function neverCame({ committed, arrivals, before = 0 }: Account): number {
  const came = new Set(
    arrivals.map((each) => (each.kind === 'change' && !each.isLate ? nameOf(each) : '')),
  );
  return committed.slice(before).filter((change) => !came.has(nameOf(change))).length;
}
