/* What a calendar of somebody else's may cost at most. */

/** Of a calendar as it comes. */
export const MOST_BYTES = 5 * 1024 * 1024;

/** For fetching it, redirects and all. */
export const FETCH_LIMIT_MS = 30_000;

/** For reading it, once its turn has come. */
export const READ_LIMIT_MS = 30_000;

/** How far ahead it is expanded: with a feed that breaks, half of it is still to come at least. */
export const HORIZON_MS = 62 * 24 * 3_600_000;

/** What has begun before is part of the present; clocks of servers may differ. */
export const LOOK_BACK_MS = 24 * 3_600_000;

/** Stretches of time kept of one calendar. What comes after them is expanded when half of them has passed. */
export const MOST_SPANS = 2_000;

/** Feeds that a server fetches and reads at a time: their bytes are in memory until they are read. */
export const MOST_UNDER_WAY = 32;

/** Between two fetches of one feed, however often somebody asks for one. */
export const LEAST_BETWEEN_MS = 10_000;

/** Files of a folder. */
export const MOST_FILES = 10_000;
