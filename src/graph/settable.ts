import {
  AVAILABLE,
  AWAY,
  BE_RIGHT_BACK,
  BUSY,
  DO_NOT_DISTURB,
  IN_A_CALL,
  IN_A_CONFERENCE_CALL,
  OFF_WORK,
  OFFLINE,
  type Pair,
  PRESENTING,
  pairName,
} from '../engine/pair.ts';
import type { Additions } from './additions.ts';
import { shortened } from './duration.ts';
import { type GraphError, invalidArgument } from './error.ts';

/** `graph` refuses what Graph refuses; `extended` adds what docs/wire-coverage.md lists. */
export type Profile = 'graph' | 'extended';

/** The pairs an operation takes, by lower-case name. */
export type Settable = ReadonlyMap<string, Pair>;

function settable(...pairs: Pair[]): Settable {
  return new Map(pairs.map((each) => [pairName(each).toLowerCase(), each]));
}

const ORIGINAL = [AVAILABLE, IN_A_CALL, IN_A_CONFERENCE_CALL, AWAY];

/** Source: Graph, "presence: setPresence"; the additions of `extended` are ours. */
export const SESSION_PAIRS: Record<Profile, Settable> = {
  graph: settable(...ORIGINAL, PRESENTING),
  extended: settable(...ORIGINAL, PRESENTING, BUSY, DO_NOT_DISTURB, BE_RIGHT_BACK),
};

/** Source: Graph, "presence: setUserPreferredPresence". */
export const PREFERRED_PAIRS = settable(
  AVAILABLE,
  BUSY,
  DO_NOT_DISTURB,
  BE_RIGHT_BACK,
  AWAY,
  OFF_WORK,
);

/** Source: the beta page "Update presence": PUT of a session. */
export const LEGACY_SESSION_PAIRS = settable(...ORIGINAL);

/** Source: the beta page "Set presence": PATCH; Offline/Offline signs the session off. */
export const LEGACY_PATCH_PAIRS = settable(...ORIGINAL, OFFLINE);

/**
 * The pair that a request names, in any case (rule 1).
 * @throws GraphError 400 listing the supported pairs.
 */
export function parsePair(availability: string, activity: string, supported: Settable): Pair {
  const found = supported.get(`${availability}/${activity}`.toLowerCase());
  if (found !== undefined) return found;
  throw notSettable(availability, activity, supported);
}

/** `parsePair` for setPresence: what Graph takes, and what is an addition. */
export function parseSessionPair(
  availability: string,
  activity: string,
  additions: Additions,
): Pair {
  const { graph, extended } = SESSION_PAIRS;
  const name = `${availability}/${activity}`.toLowerCase();
  const inGraph = graph.get(name);
  if (inGraph !== undefined) return inGraph;
  const added = extended.get(name);
  if (added === undefined) {
    throw notSettable(availability, activity, additions.areAllowed ? extended : graph);
  }
  additions.use('more-pairs', () => notSettable(availability, activity, graph));
  return added;
}

function notSettable(availability: string, activity: string, supported: Settable): GraphError {
  const names = [...supported.values()].map(pairName).join(', ');
  return invalidArgument(
    `[Availability, Activity]: ${shortened(availability)}/${shortened(activity)} is not supported here. Supported: ${names}.`,
  );
}
