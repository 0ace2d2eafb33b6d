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
}

const nameOf = ({ userId, number }: { readonly userId: string; readonly number: number }) =>
  `change ${number} of ${userId}`;

/**
 * Everything that breaks a promise: a change that neither came nor was announced as missed; one that
 * came after a later one of the same user, but as a repetition; a repetition that can't be known as one;
 * one that never happened; a last word that isn't the final state.
 */
export function complaintsAbout({ delivery, committed, arrivals }: Account): string[] {
  const complaints: string[] = [];
  const byName = new Map(committed.map((change) => [nameOf(change), change]));
  const idOf = new Map<string, string>();
  const nameOfId = new Map<string, string>();
  const newest = new Map<string, number>();
  const last = new Map<string, string>();
  let announced = 0;

  for (const arrival of arrivals) {
    if (arrival.kind === 'missed') {
      announced = Math.max(announced, arrival.committed);
      continue;
    }
    const { id, userId, number, pair } = arrival;
    const name = nameOf(arrival);
    last.set(userId, name);
    const happened = byName.get(name);
    if (happened === undefined) complaints.push(`${name} never happened`);
    else if (happened.pair !== pair) complaints.push(`${name} came as ${pair}`);
    if (id === undefined) complaints.push(`${name} came without an id`);
    else {
      const other = nameOfId.get(id);
      if (other !== undefined && other !== name) complaints.push(`${name} has the id of ${other}`);
      nameOfId.set(id, name);
    }
    if (idOf.has(name)) {
      if (idOf.get(name) !== id) complaints.push(`${name} was repeated under another id`);
      continue;
    }
    idOf.set(name, id ?? '');
    if (number < (newest.get(userId) ?? 0)) complaints.push(`${name} came after a later one`);
    newest.set(userId, Math.max(number, newest.get(userId) ?? 0));
  }

  const final = new Map(committed.map((change) => [change.userId, change]));
  for (const change of committed.slice(announced)) {
    const name = nameOf(change);
    if (idOf.has(name)) continue;
    if (delivery === 'latest' && change.number < (newest.get(change.userId) ?? 0)) continue;
    complaints.push(`${name} was lost`);
  }
  for (const [userId, change] of final) {
    const name = last.get(userId);
    const isAnnounced = committed.indexOf(change) < announced;
    if (name !== undefined && name !== nameOf(change) && !isAnnounced) {
      complaints.push(`the last word on ${userId} was ${name}, not ${nameOf(change)}`);
    }
  }
  return complaints;
}
