import { expect, test } from 'vitest';
import { Random } from '../crash/random.ts';
import { icalJs, isShort, ours, type Question, rruleTemporal } from './judges.ts';
import { anyRule, ordinaryRule, randomStart } from './random-rule.ts';

const seed = Number(process.env.SEED ?? 20_261_121);
const rules = Number(process.env.CALENDAR_RULES ?? 60);

/** Rules with a start that they name: what else a series has is "undefined" (RFC 5545, section 3.8.5.3). */
function* questions(ruleOf: (random: Random) => string): Generator<Question> {
  const random = new Random(seed);
  for (let found = 0; found < rules; ) {
    const rule = ruleOf(random);
    const endless = rule.replace(/;COUNT=\d+/, '');
    const [, start] = ours({ rule: endless, start: randomStart(random), most: 2 });
    if (start === undefined) continue;
    found += 1;
    yield { rule, start, most: isShort(rule) ? 40 : 25 };
  }
}

test(`of rules such as calendars write both judges say the same (seed ${seed})`, () => {
  for (const question of questions(ordinaryRule)) {
    const said = ours(question);
    expect(icalJs(question), `ical.js on ${JSON.stringify(question)}`).toEqual(said);
    expect(rruleTemporal(question), `rrule-temporal on ${JSON.stringify(question)}`).toEqual(said);
  }
});

/**
 * Of rules with all parts and values ical.js is no judge: it loops for ever on some (a daily one by days from
 * the end of the month), throws on others, and leaves BYWEEKNO out. rrule-temporal is, but for yearly rules
 *
 * - that choose their days by two of BYWEEKNO, BYYEARDAY, BYMONTHDAY and BYDAY: it takes those that either
 *   names. "The BYxxx rule parts are applied to the current set of evaluated occurrences" in their order, and
 *   BYDAY is a "limit if BYYEARDAY or BYMONTHDAY is present" (RFC 5545, section 3.3.10, and note 2 of its
 *   table), so it must be those that each names;
 * - that name a 53rd weekday: it takes the first of the next year where a year has only 52. "Recurrence rules
 *   may generate recurrence instances with an invalid date … Such recurrence instances MUST be ignored";
 * - of each second year's weeks, begun on a day about new year whose week is another year's: it counts from the
 *   calendar's year, in whose weeks the start isn't. No sentence decides but that the start "SHOULD be
 *   synchronized with the recurrence rule", which it only is counted in years of weeks.
 */
function isMisjudged({ rule, start }: Question): boolean {
  if (!rule.startsWith('FREQ=YEARLY')) return false;
  const has = (part: RegExp) => part.test(rule);
  if (has(/BYWEEKNO.*INTERVAL/) && /-(01-0[123]|12-(29|30|31))T/.test(start)) return true;
  const [weekNo, monthDay] = [has(/BYWEEKNO/), has(/BYMONTHDAY/)];
  if (has(/BYYEARDAY/) && (weekNo || monthDay || has(/BYDAY/))) return true;
  if (monthDay && (weekNo || has(/BYDAY=[^;]*\d/))) return true;
  return has(/BYDAY=[^;]*53/);
}

test(`of rules of any kind rrule-temporal says the same (seed ${seed})`, () => {
  let judged = 0;
  for (const question of questions(anyRule)) {
    if (isMisjudged(question)) continue;
    judged += 1;
    expect(rruleTemporal(question), JSON.stringify(question)).toEqual(ours(question));
  }
  expect(judged).toBeGreaterThan(rules * 0.8);
});

test.each([
  ['FREQ=YEARLY;BYYEARDAY=1,2,3,4,5,6,7;BYDAY=MO', '2026-01-05 2027-01-04 2028-01-03 2029-01-01'],
  ['FREQ=YEARLY;BYWEEKNO=2;BYMONTHDAY=5,6,7', '2026-01-05 2026-01-06 2026-01-07 2030-01-07'],
  ['FREQ=YEARLY;BYMONTHDAY=5;BYDAY=1MO,1TU,1WE', '2026-01-05 2027-01-05 2028-01-05 2032-01-05'],
  ['FREQ=YEARLY;BYYEARDAY=5,40;BYMONTHDAY=5', '2026-01-05 2027-01-05 2028-01-05 2029-01-05'],
  ['FREQ=YEARLY;BYDAY=53MO,2MO', '2026-01-12 2027-01-11 2028-01-10 2029-01-08'],
])('%s has the days that the standard says, not those of rrule-temporal', (rule, expected) => {
  const start = rule.includes('2MO') ? '2026-01-12' : '2026-01-05';
  const question = { rule, start: `${start}T09:00:00`, most: 4 };
  expect(
    ours(question)
      .map((each) => each.slice(0, 10))
      .join(' '),
  ).toBe(expected);
  expect(rruleTemporal(question)).not.toEqual(ours(question));
});
