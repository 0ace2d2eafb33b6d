import { type User, userWith } from './user.ts';

/** How many different job titles and lists of groups are kept once for all who have them. */
const MOST_SHARED = 10_000;

/**
 * The users of a tenant in memory, by id and by name, in the order of their ids. Made for a hundred thousand:
 * there is one object for each and one entry for its name, and nothing is kept twice.
 */
export class Users {
  readonly #sorted: User[] = [];
  readonly #named = new Map<string, User>();
  readonly #external = new Map<string, User>();
  readonly #sharedTitles = new Map<string, string>();
  readonly #sharedGroups = new Map<string, readonly string[]>();

  get size(): number {
    return this.#sorted.length;
  }

  get(id: string): User | undefined {
    const user = this.#sorted[this.#placeOf(id)];
    return user?.id === id ? user : undefined;
  }

  /** Who has that user principal name, in any case. Of several who were put, the last one. */
  named(userPrincipalName: string): User | undefined {
    return this.#named.get(userPrincipalName.toLowerCase());
  }

  /** Whom the provisioning client calls so. */
  calledOutside(externalId: string): User | undefined {
    return this.#external.get(externalId);
  }

  /** Up to `limit` users whose ids come after `id`, in the order of ids. */
  after(id: string, limit: number): readonly User[] {
    const place = this.#placeOf(id);
    const start = this.#sorted[place]?.id === id ? place + 1 : place;
    return this.#sorted.slice(start, start + limit);
  }

  /** Up to `limit` users from a place in the order of ids on; the first is at 0. */
  page(start: number, limit: number): readonly User[] {
    return this.#sorted.slice(start, start + limit);
  }

  /** Adds a user, or takes the place of the one with that id. */
  put(given: User): void {
    const user = this.#sharing(given);
    const place = this.#placeOf(user.id);
    const before = this.#sorted[place];
    if (before?.id === user.id) {
      this.#forgetNames(before);
      this.#sorted[place] = user;
    } else if (place === this.#sorted.length) {
      this.#sorted.push(user);
    } else {
      this.#sorted.splice(place, 0, user);
    }
    if (user.userPrincipalName !== null) {
      this.#named.set(user.userPrincipalName.toLowerCase(), user);
    }
    if (user.externalId !== null) this.#external.set(user.externalId, user);
  }

  remove(id: string): void {
    const place = this.#placeOf(id);
    const user = this.#sorted[place];
    if (user?.id !== id) return;
    this.#sorted.splice(place, 1);
    this.#forgetNames(user);
  }

  /** Where the id stands, or would stand. */
  #placeOf(id: string): number {
    let low = 0;
    let high = this.#sorted.length;
    // Whole lists come in order.
    const last = this.#sorted[high - 1];
    if (last === undefined || last.id < id) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.id ?? '') < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Somebody else may have taken the name since. */
  #forgetNames(user: User): void {
    const name = user.userPrincipalName?.toLowerCase();
    if (name !== undefined && this.#named.get(name) === user) this.#named.delete(name);
    const { externalId } = user;
    if (externalId !== null && this.#external.get(externalId) === user) {
      this.#external.delete(externalId);
    }
  }

  /** The same user, whose texts are those that others have, where they are alike. */
  #sharing(user: User): User {
    const { userPrincipalName, mail, jobTitle, groups } = user;
    return userWith({
      ...user,
      mail: mail === userPrincipalName ? userPrincipalName : mail,
      jobTitle: jobTitle && shared(this.#sharedTitles, jobTitle, jobTitle),
      groups:
        groups.length === 0 ? groups : shared(this.#sharedGroups, JSON.stringify(groups), groups),
    });
  }
}

function shared<T>(known: Map<string, T>, key: string, value: T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST_SHARED) known.clear();
  known.set(key, value);
  return value;
}
