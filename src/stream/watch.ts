import type { PresenceProperty } from '../graph/presence-json.ts';

/** Whose changes a stream tells, to whom, and how much of them. */
export interface Watch {
  readonly tenantId: string;
  /** Lower-case object ids, each once; or everyone of the tenant. */
  readonly users: readonly string[] | 'tenant';
  /** The signed-in user who watches; null for an application. */
  readonly viewerId: string | null;
  readonly selected: readonly PresenceProperty[];
  /** When the token ends, and the stream with it. */
  readonly expiresMs: number;
}
