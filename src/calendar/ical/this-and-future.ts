import { DAY_MS, modulo } from '../days.ts';
import type { CalendarEvent, CalendarTime, Rule, Slot } from '../event.ts';
import type { OwnRecurrence } from './recurrence.ts';
import { instantOf, wallIn } from './times.ts';

/**
 * A series of which one instance and all later ones are otherwise (RANGE=THISANDFUTURE, RFC 5545, section
 * 3.2.13): a series that ends before it, and another one that begins with it. So do the large calendars
 * write it themselves, with an UNTIL and a second event; the range is seen from few.
 * @param from when the first of them would have begun
 * @param to what it is instead; cancelled when there are none any more
 * @param own what it says of its recurrence itself
 * @param id of the second series
 * @returns null when the series' rules, begun there, would mean something else: they count their occurrences,
 *   or name days or times that the others don't have
 */
export function splitAt(
  event: CalendarEvent,
  from: CalendarTime,
  to: Slot,
  own: OwnRecurrence,
  id: string,
): { readonly before: CalendarEvent; readonly after: CalendarEvent | null } | null {
  if (event.recurrence === null) return null;
  const { rules, added, removed, moved } = event.recurrence;
  const fromMs = instantOf(from);
  const isBefore = (time: CalendarTime) => instantOf(time) < fromMs;
  const before = {
    ...event,
    recurrence: {
      rules: rules.map((rule) => ended(rule, from)),
      added: added.filter(({ start }) => isBefore(start)),
      removed: removed.filter(isBefore),
      moved: moved.filter((each) => isBefore(each.from)),
    },
  };
  if (to.isCancelled) return { before, after: null };
  if (own.rules.length + own.added.length > 0) {
    return { before, after: { ...to, id, recurrence: { ...own, moved: [] } } };
  }

  const begin = wallIn(from, event.start.zone);
  const shift = wallIn(to.start, event.start.zone) - begin;
  const isAlike = event.isAllDay === to.isAllDay;
  if (!isAlike || !rules.every((rule) => canBegin(rule, begin, shift))) return null;
  const shifted = <Time extends CalendarTime>(time: Time): Time => ({
    ...time,
    wall: time.wall + shift,
  });
  const recurrence = {
    rules,
    added: added.filter(({ start }) => !isBefore(start)),
    removed: removed
      .filter((each) => !isBefore(each))
      .map((each) => (each.isAllDay ? each : shifted(each))),
    moved: moved
      .filter((each) => instantOf(each.from) > fromMs)
      .map((each) => ({ ...each, from: shifted(each.from) })),
  };
  return { before, after: { ...to, id, recurrence } };
}

/** The rule until just before then, or until where it ends itself. */
function ended(rule: Rule, from: CalendarTime): Rule {
  const lastMs = instantOf(from) - 1;
  const { until } = rule;
  const endMs =
    until && ('wall' in until ? instantOf({ ...from, wall: until.wall }) : until.instantMs);
  if (endMs !== null && endMs <= lastMs) return rule;
  return { ...rule, until: from.zone === null ? { wall: from.wall - 1 } : { instantMs: lastMs } };
}

/** Whether the rule says the same, by `shift` later, when it begins there. */
function canBegin(rule: Rule, begin: number, shift: number): boolean {
  if (rule.count !== null) return false;
  if (shift === 0) return true;
  const { hours, minutes, seconds } = rule;
  const time = modulo(begin, DAY_MS) + shift;
  const saysTimes = hours.length + minutes.length + seconds.length > 0;
  const isOfDays = !['hourly', 'minutely', 'secondly'].includes(rule.frequency);
  return time >= 0 && time < DAY_MS && !saysTimes && isOfDays;
}
