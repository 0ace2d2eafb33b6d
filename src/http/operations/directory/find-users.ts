import { setImmediate } from 'node:timers/promises';
import type { UserDirectory } from '../../../directory/directory.ts';
import type { User } from '../../../directory/user.ts';
import type { Condition } from '../../../graph/condition.ts';

/** How many users are looked at before others have their turn: a millisecond or so. */
const SLICE = 2000;

/** By what a list is in order; those alike are in the order of their ids. */
export interface UserOrder {
  textOf(user: User): string;
  readonly isDescending: boolean;
}

/** Where a list goes on: after this user, or where they would stand. */
export interface UserPlace {
  /** By the order of the list; '' where it is in the order of ids. */
  readonly value: string;
  readonly id: string;
}

export interface UserQuestion {
  readonly condition: Condition<User>;
  /** By id without it. */
  readonly order: UserOrder | undefined;
  readonly after: UserPlace | undefined;
  /** Users on a page. */
  readonly most: number;
  /** Whether it is to be said how many there are in all. */
  readonly isCounted: boolean;
}

export interface FoundUsers {
  /** Those of the page in order, and one more where there is one. */
  readonly users: readonly User[];
  /** How many there are in all, where that was asked for. */
  readonly count: number | undefined;
}

/**
 * Looks through the users of a tenant, a slice at a time. Users that come, go or change meanwhile are there or
 * not; all others are there once.
 */
export async function findUsers(
  directory: Pick<UserDirectory, 'usersAfter'>,
  tenantId: string,
  question: UserQuestion,
): Promise<FoundUsers> {
  const { condition, order, after, most, isCounted } = question;
  const compare = comparisonBy(order);
  const page = new Page(most + 1, compare);
  const place = after && { value: after.value, id: after.id };
  // By id, those up to the place needn't be looked at, and those behind the page neither.
  const isInOrder = order === undefined && !isCounted;
  let count = 0;
  let last = isInOrder ? (place?.id ?? '') : '';
  for (;;) {
    const users = directory.usersAfter(tenantId, last, SLICE);
    for (const user of users) {
      if (!condition(user)) continue;
      count++;
      const value = order?.textOf(user) ?? '';
      if (place === undefined || compare({ value, id: user.id }, place) > 0) {
        page.add({ user, value, id: user.id });
      }
    }
    last = users.at(-1)?.id ?? '';
    if (users.length < SLICE || (isInOrder && page.isFull)) break;
    await setImmediate();
  }
  return { users: page.users(), count: isCounted ? count : undefined };
}

interface Placed extends UserPlace {
  readonly user: User;
}

/** The first few of many, in whatever order they come. */
class Page {
  readonly #most: number;
  readonly #compare: (a: UserPlace, b: UserPlace) => number;
  #placed: Placed[] = [];
  /** Who comes after this one comes too late. */
  #last: Placed | undefined;

  constructor(most: number, compare: (a: UserPlace, b: UserPlace) => number) {
    this.#most = most;
    this.#compare = compare;
  }

  get isFull(): boolean {
    return this.#placed.length >= this.#most;
  }

  add(placed: Placed): void {
    if (this.#last !== undefined && this.#compare(placed, this.#last) > 0) return;
    this.#placed.push(placed);
    if (this.#placed.length >= 4 * this.#most) this.#cut();
  }

  users(): User[] {
    this.#cut();
    return this.#placed.map(({ user }) => user);
  }

  #cut(): void {
    this.#placed = this.#placed.sort(this.#compare).slice(0, this.#most);
    this.#last = this.#placed[this.#most - 1];
  }
}

/** The same on every server, whatever language it runs in; accents and case make no difference. */
const collator = new Intl.Collator('en', { sensitivity: 'base' });

function comparisonBy(order: UserOrder | undefined): (a: UserPlace, b: UserPlace) => number {
  const sign = order?.isDescending ? -1 : 1;
  return (a, b) => {
    const byValue = order === undefined ? 0 : sign * collator.compare(a.value, b.value);
    return byValue || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  };
}
