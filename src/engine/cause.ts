import type { PresenceCommand } from './command.ts';
import { type Facts, withoutEnded } from './facts.ts';
import { type Presence, presenceAt, samePresence, sameStatusMessage } from './presence.ts';
import { type Turn, turnsAt, withoutTurns } from './turns.ts';
import { sameWorkLocation } from './work-location.ts';

/**
 * What time did. The order counts where several happen at one instant: see `causeOfTime`. `time` alone says
 * no more than that: changes were kept like that before the others had names.
 */
export const TIME_KINDS = [
  'sessionExpired',
  'sessionFaded',
  'preferredPresenceExpired',
  'calendarEnded',
  'calendarBegan',
  'automaticRepliesEnded',
  'automaticRepliesBegan',
  'statusMessageExpired',
  'workLocationEnded',
  'time',
] as const;

export type TimeKind = (typeof TIME_KINDS)[number];

/** What has an instant of its own. */
export type EdgeKind = Exclude<TimeKind, 'time'>;

/** What a change came from: an app's command, or time passing. */
export type Cause =
  | { readonly kind: TimeKind }
  | { readonly kind: PresenceCommand['kind']; readonly appId: string };

/** Whether that kind of cause is time passing, and no app's command. */
export function isOfTime(kind: Cause['kind']): kind is TimeKind {
  return (TIME_KINDS as readonly string[]).includes(kind);
}

/**
 * Which of the things that time does the change from `before` to `after` at `atMs` follows from. `facts` are
 * those of just before, with what ends at that instant.
 *
 * Where several happen at once, it is one without which something would have become otherwise: the pair if that
 * changed, else being out of office, else the status message, else the work location; of several such the first of
 * `TIME_KINDS`. When each of them alone would have brought all of it about, it is the first of all.
 */
export function causeOfTime(
  facts: Facts,
  atMs: number,
  before: Presence,
  after: Presence,
): { readonly kind: TimeKind } {
  const kinds = kindsAt(facts, atMs);
  const [first = 'time', ...others] = kinds;
  if (others.length === 0) return CAUSES[first];
  const withouts = kinds.map((kind) => presenceWithout(facts, kind, atMs));
  const changed = PARTS.filter((isSame) => !isSame(before, after));
  for (const isSame of [...changed, samePresence]) {
    const needed = kinds[withouts.findIndex((without) => !isSame(without, after))];
    if (needed !== undefined) return CAUSES[needed];
  }
  return CAUSES[first];
}

/** What happens to the facts at `atMs`, in the order of `TIME_KINDS`. */
export function kindsAt(facts: Facts, atMs: number): EdgeKind[] {
  const found = new Set(turnsAt(facts, atMs).map(kindOf));
  return EDGE_KINDS.filter((kind) => found.has(kind));
}

/** The presence at `atMs` if that kind of thing didn't happen then. */
export function presenceWithout(facts: Facts, kind: EdgeKind, atMs: number): Presence {
  const turns = turnsAt(facts, atMs).filter((turn) => kindOf(turn) === kind);
  return presenceAt(withoutEnded(withoutTurns(facts, turns, atMs), atMs), atMs).presence;
}

function kindOf({ fact, turn }: Turn): EdgeKind {
  switch (fact) {
    case 'session':
      return turn === 'ends' ? 'sessionExpired' : 'sessionFaded';
    case 'preferredPresence':
      return 'preferredPresenceExpired';
    case 'calendar':
      return turn === 'ends' ? 'calendarEnded' : 'calendarBegan';
    case 'automaticReplies':
      return turn === 'ends' ? 'automaticRepliesEnded' : 'automaticRepliesBegan';
    case 'statusMessage':
      return 'statusMessageExpired';
    case 'workLocation':
      return 'workLocationEnded';
  }
}

const EDGE_KINDS = TIME_KINDS.filter((kind) => kind !== 'time');

/** One object for each, as there are many changes. */
const CAUSES = Object.fromEntries(
  TIME_KINDS.map((kind) => [kind, Object.freeze({ kind })]),
) as Record<TimeKind, { readonly kind: TimeKind }>;

/** Whether two presences are the same in one respect; the foremost first. */
const PARTS: readonly ((a: Presence, b: Presence) => boolean)[] = [
  (a, b) => a.availability === b.availability && a.activity === b.activity,
  (a, b) => a.isOutOfOffice === b.isOutOfOffice && a.outOfOfficeMessage === b.outOfOfficeMessage,
  (a, b) => sameStatusMessage(a.statusMessage, b.statusMessage),
  (a, b) => sameWorkLocation(a.workLocation, b.workLocation),
];
