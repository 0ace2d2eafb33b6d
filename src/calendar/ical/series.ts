import type { CalendarEvent, CalendarTime, Recurrence, Slot } from '../event.ts';
import { MOST_MOVED, MOST_SPLITS } from './bounds.ts';
import type { OwnRecurrence } from './recurrence.ts';
import type { Remarks } from './remarks.ts';
import { asStartOf } from './slot.ts';
import { splitAt } from './this-and-future.ts';
import { instantOf } from './times.ts';
import type { Version } from './vevent.ts';

/** The events that all versions of all of them come to: of each event, and of each instance, the newest counts. */
export function eventsOf(versions: readonly Version[], doubts: Remarks): readonly CalendarEvent[] {
  return grouped(versions, (version) => version.uid ?? version).flatMap((same) =>
    seriesOf(same, doubts),
  );
}

function grouped<Key>(
  versions: readonly Version[],
  keyOf: (version: Version) => Key,
): readonly (readonly Version[])[] {
  const groups = new Map<Key, Version[]>();
  for (const version of versions) {
    const group = groups.get(keyOf(version));
    if (group === undefined) groups.set(keyOf(version), [version]);
    else group.push(version);
  }
  return [...groups.values()];
}

function seriesOf(versions: readonly Version[], doubts: Remarks): readonly CalendarEvent[] {
  const masters = versions.filter(({ instance }) => instance === null);
  const master = newestOf(masters);
  const series = master?.slot;
  const instances = grouped(
    versions.filter(({ instance }) => instance !== null),
    // By the instant as the series has it: one version may name it in UTC, another by its day.
    ({ instance }) =>
      instance && instantOf(series ? asStartOf(series, instance.from) : instance.from),
  ).flatMap((same) => newestOf(same) ?? []);
  if (master === undefined) {
    // Nothing has the series itself: Google's feeds without details are instances only.
    return instances.flatMap((each) => eventOf(each, each.instance && nameOf(each.instance.from)));
  }
  if (instances.length > MOST_MOVED) {
    doubts.add(master.place, `has more than ${MOST_MOVED} changed instances; others are left out`);
    instances.length = MOST_MOVED;
  }
  const others = masters.filter((each) => isAnother(each, master));
  return [
    ...seriesWith(master, instances, doubts),
    ...others.flatMap((each, at) => eventOf(each, String(at + 2))),
  ];
}

/** By SEQUENCE, then by when it was changed, then by its place in the text. */
function newestOf(versions: readonly Version[]): Version | undefined {
  return versions.reduce<Version | undefined>((newest, each) => {
    if (newest === undefined || each.sequence > newest.sequence) return each;
    return each.sequence === newest.sequence && each.changedAt >= newest.changedAt ? each : newest;
  }, undefined);
}

/**
 * Some writers number nothing and give one UID to all events. Nothing says then which replaces which, so each
 * counts by itself.
 */
function isAnother(one: Version, newest: Version): boolean {
  if (one.slot === null || newest.slot === null) return false;
  if (one.recurrence.rules.length + newest.recurrence.rules.length > 0) return false;
  const isSameVersion = one.sequence === newest.sequence && one.changedAt === newest.changedAt;
  return isSameVersion && instantOf(one.slot.start) !== instantOf(newest.slot.start);
}

function eventOf(version: Version, suffix: string | null): readonly CalendarEvent[] {
  const { uid, slot, place } = version;
  if (slot === null) return [];
  return [{ ...slot, id: `${uid ?? place} ${suffix}`, recurrence: wholeRecurrence(version, []) }];
}

function wholeRecurrence(
  { recurrence: { rules, added, removed } }: Version,
  moved: Recurrence['moved'],
): Recurrence | null {
  const isSeries = rules.length + added.length + removed.length + moved.length > 0;
  return isSeries ? { rules, added, removed, moved } : null;
}

/** An instance of a series, as the series names it. */
interface Change {
  readonly place: string;
  readonly from: CalendarTime;
  readonly to: Slot;
  /** What it says of the recurrence of itself and all later ones; null when it is about itself alone. */
  readonly own: OwnRecurrence | null;
}

function seriesWith(
  master: Version,
  instances: readonly Version[],
  doubts: Remarks,
): readonly CalendarEvent[] {
  const { slot } = master;
  // Called off, all of it, and nobody knows any more when it was.
  if (slot === null) return [];
  const changes = instances
    .flatMap((version) => changeOf(version, slot, master.sequence))
    .sort((one, other) => instantOf(one.from) - instantOf(other.from));
  const id = master.uid ?? master.place;
  const moved = changes.map(({ from, to }) => ({ from, to }));
  const ended: CalendarEvent[] = [];
  let rest: CalendarEvent | null = { ...slot, id, recurrence: wholeRecurrence(master, moved) };
  for (const { from, to, own, place } of changes) {
    if (own === null || rest === null) continue;
    const split: ReturnType<typeof splitAt> | false =
      ended.length < MOST_SPLITS && splitAt(rest, from, to, own, `${id} ${nameOf(from)}`);
    if (!split) {
      doubts.add(place, 'is about all later instances too, which stay as they are');
    } else {
      ended.push(split.before);
      rest = split.after;
    }
  }
  return rest === null ? ended : [...ended, rest];
}

/** A series that is called off takes its instances along, but for those that were changed later. */
function changeOf(version: Version, series: Slot, sequence: number): readonly Change[] {
  const { instance, slot, place } = version;
  if (instance === null || slot === null) return [];
  const isCancelled = slot.isCancelled || (series.isCancelled && version.sequence <= sequence);
  const from = asStartOf(series, instance.from);
  const own = instance.isThisAndFuture ? version.recurrence : null;
  return [{ place, from, to: { ...slot, isCancelled }, own }];
}

/** A wall clock and its zone, short enough to tell instances of one series apart. */
function nameOf({ wall, zone }: CalendarTime): string {
  return `${new Date(wall).toISOString().slice(0, 19)}${zone === null ? '' : ` ${zone.name}`}`;
}
