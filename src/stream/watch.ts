import { PRESENCE_PROPERTIES, type PresenceProperty } from '../graph/presence-json.ts';

export type Selection = readonly PresenceProperty[];

/** There are no more than 128 of them. */
const selections = new Map([[PRESENCE_PROPERTIES.join(), PRESENCE_PROPERTIES as Selection]]);

/** The one selection that equals this one. */
export function selection(selected: Selection): Selection {
  const key = selected.join();
  const known = selections.get(key);
  if (known !== undefined) return known;
  selections.set(key, selected);
  return selected;
}

/** Whose changes a stream tells, to whom, and how much of them. */
export interface Watch {
  readonly tenantId: string;
  /** Lower-case object ids, each once; or everyone of the tenant. */
  readonly users: readonly string[] | 'tenant';
  /** The signed-in user who watches; null for an application. */
  readonly viewerId: string | null;
  /** Whom of them the viewer may see: of the others nothing is told. */
  readonly sees: (userId: string) => boolean;
  /** One of those that `selection` gives: equal ones are the same, so that texts can be shared. */
  readonly selected: Selection;
  /** When the token ends, and the stream with it. */
  readonly expiresMs: number;
}
