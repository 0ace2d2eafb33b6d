import ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { Temporal } from 'temporal-polyfill';
import { Effort } from '../../src/calendar/effort.ts';
import { recurring } from '../../src/calendar/recurring.ts';
import { readRule } from '../../src/calendar/rrule.ts';

const DAY_MS = 86_400_000;

/** What is asked: the first times of a series, as wall clocks such as 2026-01-05T09:00:00. */
export interface Question {
  readonly rule: string;
  readonly start: string;
  readonly most: number;
}

export function isShort(rule: string): boolean {
  return /FREQ=(HOURLY|MINUTELY|SECONDLY)/.test(rule);
}

/** How far ahead is looked: far enough for rules that name few days, and not for ever. */
function horizonOf({ rule, start }: Question): number {
  const days = /SECONDLY/.test(rule) ? 3 : isShort(rule) ? 40 : 366 * 16;
  return Date.parse(`${start}Z`) + days * DAY_MS;
}

export function ours(question: Question): readonly string[] {
  const from = Date.parse(`${question.start}Z`);
  const window = { from, to: horizonOf(question) };
  const effort = new Effort('The series', 20_000_000);
  const walls = recurring(readRule(question.rule), from, window, effort);
  return walls.slice(0, question.most).map((wall) => new Date(wall).toISOString().slice(0, 19));
}

export function icalJs(question: Question): readonly string[] {
  const { rule, start, most } = question;
  const found: string[] = [];
  const iterator = ICAL.Recur.fromString(rule).iterator(ICAL.Time.fromDateTimeString(start));
  while (found.length < most) {
    const next = iterator.next();
    if (next === null || Date.parse(`${next}Z`) >= horizonOf(question)) break;
    found.push(String(next));
  }
  return found;
}

export function rruleTemporal(question: Question): readonly string[] {
  const { rule, start, most } = question;
  const found: string[] = [];
  const dtstart = Temporal.ZonedDateTime.from(`${start}[UTC]`);
  new RRuleTemporal({ rruleString: rule, dtstart }).all((next) => {
    const text = next.toString().slice(0, 19);
    if (found.length >= most || Date.parse(`${text}Z`) >= horizonOf(question)) return false;
    found.push(text);
    return true;
  });
  return found;
}
