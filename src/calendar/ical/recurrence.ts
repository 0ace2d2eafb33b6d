import { modulo } from '../days.ts';
import type { CalendarTime, Recurrence, Rule } from '../event.ts';
import { BadRule, readRule } from '../rrule.ts';
import { UTC } from '../zones.ts';
import { MOST_DATES, MOST_RULES } from './bounds.ts';
import type { CalendarZones } from './calendar-zones.ts';
import type { Component } from './components.ts';
import { Unreadable } from './errors.ts';
import type { Property } from './property.ts';
import { readableIn, readableOf } from './reading.ts';
import { asStartOf, isLongerThanAYear, until, type When } from './slot.ts';
import { midnightOf, momentOf, periodOf } from './times.ts';

export type OwnRecurrence = Omit<Recurrence, 'moved'>;

/**
 * What an event itself says of its recurrence (RFC 5545, section 3.8.5). A rule or a date that can't be read is
 * left out, since the start is certain. So is EXRULE: it was taken out of the standard in 2009, and leaving
 * it out shows an occurrence too many rather than one too few.
 * @throws Unreadable when there is too much of it.
 */
export function recurrenceOf(
  event: Component,
  when: When,
  zone: CalendarTime['zone'],
  zones: CalendarZones,
  doubt: (why: string) => void,
): OwnRecurrence {
  if ((event.lines.get('rrule')?.length ?? 0) > MOST_RULES) {
    throw new Unreadable(`has more than ${MOST_RULES} rules`);
  }
  const rules = readableOf(event, 'rrule', doubt).flatMap((property) => {
    try {
      return [withUntilAsDay(readRule(property.values[0]?.replaceAll(' ', '') ?? ''), when, zone)];
    } catch (error) {
      if (!(error instanceof BadRule)) throw error;
      // Its own message has the rule in it.
      doubt('has a rule that can not be read; it counts without it');
      return [];
    }
  });
  if (event.lines.has('exrule')) doubt('has an EXRULE, which is left out');

  const removed = dates(event, 'exdate', doubt, (property, value) => {
    const moment = momentOf(property, value, zones);
    const isAllDay = moment.isDate || when.isAllDay;
    return isAllDay
      ? { wall: midnightOf(moment), zone: null, isAllDay }
      : { ...asStartOf(when, moment), isAllDay };
  });
  const added = dates(event, 'rdate', doubt, (property, value) => {
    if (!value.includes('/')) return { start: asStartOf(when, momentOf(property, value, zones)) };
    const { start: from, end } = periodOf(property, value, zones);
    const start = asStartOf(when, from);
    const length = until(from, end);
    if (when.isAllDay) return { start };
    if (length.ms < 0) throw new Unreadable('has an RDATE that ends before it begins');
    if (isLongerThanAYear(length)) throw new Unreadable('has an RDATE of more than a year');
    return { start, length };
  });
  return { rules, added, removed };
}

/** The dates of all properties of that name, each as `read` reads it. */
function dates<Read>(
  event: Component,
  name: string,
  doubt: (why: string) => void,
  read: (property: Property, value: string) => Read,
): readonly Read[] {
  const values = readableOf(event, name, doubt).flatMap((property) =>
    property.values.filter((value) => value !== '').map((value) => ({ property, value })),
  );
  if (values.length > MOST_DATES) {
    throw new Unreadable(`has more than ${MOST_DATES} ${name.toUpperCase()}s`);
  }
  return readableIn(values, ({ property, value }) => read(property, value), doubt);
}

/**
 * Whole days know no instants: an UNTIL in UTC is a midnight of where the writer is, turned into UTC, or
 * the last second of a day.
 */
function withUntilAsDay(rule: Rule, when: When, zone: CalendarTime['zone']): Rule {
  if (!when.isAllDay || rule.until === null || 'wall' in rule.until) return rule;
  const { instantMs } = rule.until;
  if (zone !== null && zone !== UTC) {
    return { ...rule, until: { wall: zone.wallOf(instantMs) } };
  }
  const isLastOfDay = modulo(instantMs, 60_000) === 59_000;
  const wall = isLastOfDay ? instantMs : midnightOf({ wall: instantMs, zone: UTC });
  return { ...rule, until: { wall } };
}
