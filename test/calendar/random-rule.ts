import type { Random } from '../crash/random.ts';

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
const SHORT = ['HOURLY', 'MINUTELY', 'SECONDLY'];

/** A rule such as calendars write, with a date to begin on that may not be one of its days. */
export function ordinaryRule(random: Random): string {
  const weekdays = (count: number) => random.some(WEEKDAYS, count).join();
  const nth = () => random.pick(['1', '2', '3', '4', '-1']);
  const form = random.pick([
    () => 'FREQ=DAILY',
    () => `FREQ=DAILY;BYDAY=${weekdays(random.between(2, 5))}`,
    () => 'FREQ=WEEKLY',
    () =>
      `FREQ=WEEKLY;BYDAY=${weekdays(random.between(1, 5))};WKST=${random.pick(['MO', 'SU', 'SA'])}`,
    () => `FREQ=WEEKLY;BYDAY=${weekdays(random.between(1, 5))}`,
    () => 'FREQ=MONTHLY',
    () => `FREQ=MONTHLY;BYMONTHDAY=${random.pick(['1', '15', '1,15', '31', '28', '-1'])}`,
    () => `FREQ=MONTHLY;BYDAY=${nth()}${random.pick(WEEKDAYS)}`,
    () => `FREQ=MONTHLY;BYDAY=${weekdays(random.between(1, 5))};BYSETPOS=${nth()}`,
    () => 'FREQ=YEARLY',
    () => `FREQ=YEARLY;BYMONTH=${random.between(1, 12)};BYMONTHDAY=${random.between(1, 28)}`,
    () => `FREQ=YEARLY;BYMONTH=${random.between(1, 12)};BYDAY=${nth()}${random.pick(WEEKDAYS)}`,
    () => 'FREQ=HOURLY',
    () => 'FREQ=MINUTELY;BYHOUR=9,13',
  ])();
  const interval = random.chance(0.4) ? `;INTERVAL=${random.between(2, 6)}` : '';
  return form + interval + end(random);
}

/** A rule of any parts that may be together, with any values. */
export function anyRule(random: Random): string {
  const frequency = random.pick(['YEARLY', 'MONTHLY', 'WEEKLY', 'DAILY', ...SHORT]);
  const isShort = SHORT.includes(frequency);
  const canNumber = frequency === 'MONTHLY' || frequency === 'YEARLY';
  const parts: string[] = [];
  const list = (name: string, share: number, least: number, most: number, isSigned: boolean) => {
    if (!random.chance(share)) return;
    const values = Array.from({ length: random.between(1, 4) }, () => {
      const value = random.between(least, most);
      return isSigned && random.chance(0.4) ? -value : value;
    });
    parts.push(`${name}=${[...new Set(values)].join()}`);
  };
  list('BYMONTH', 0.3, 1, 12, false);
  if (frequency === 'YEARLY') list('BYWEEKNO', 0.15, 1, 53, true);
  const hasWeeks = parts.some((part) => part.startsWith('BYWEEKNO'));
  if (isShort || frequency === 'YEARLY') list('BYYEARDAY', 0.15, 1, 366, true);
  if (frequency !== 'WEEKLY') list('BYMONTHDAY', 0.3, 1, 31, true);
  if (random.chance(0.5)) {
    const isNumbered = canNumber && !hasWeeks && random.chance(0.5);
    const number = () => random.between(1, random.chance(0.7) ? 5 : 53);
    const days = random.some(WEEKDAYS, random.between(1, 4)).map((day) => {
      return isNumbered ? `${random.chance(0.4) ? '-' : ''}${number()}${day}` : day;
    });
    parts.push(`BYDAY=${days.join()}`);
  }
  list('BYHOUR', 0.15, 0, 23, false);
  list('BYMINUTE', 0.15, 0, 59, false);
  list('BYSECOND', 0.1, 0, 59, false);
  if (parts.length > 0) list('BYSETPOS', 0.25, 1, random.chance(0.7) ? 4 : 50, true);
  if (random.chance(0.5)) parts.push(`INTERVAL=${random.between(1, isShort ? 50 : 5)}`);
  if (random.chance(0.3)) parts.push(`WKST=${random.pick(WEEKDAYS)}`);
  return [`FREQ=${frequency}`, ...parts].join(';') + end(random);
}

function end(random: Random): string {
  return random.chance(0.3) ? `;COUNT=${random.between(1, 20)}` : '';
}

/** A wall clock to begin at: 2026-01-05T09:00:00. */
export function randomStart(random: Random): string {
  const day = Date.UTC(random.between(2019, 2027), random.between(0, 11), random.between(1, 31));
  const second = random.chance(0.7) ? random.between(0, 47) * 1800 : random.between(0, 86_399);
  return new Date(day + second * 1000).toISOString().slice(0, 19);
}
