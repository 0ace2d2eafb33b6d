import type { Profile } from './settable.ts';

/** Graph's limit of users in one request or subscription, and ours where Porchlight's additions are allowed. */
export const MOST_IDS: Readonly<Record<Profile, number>> = { graph: 650, extended: 10_000 };
