import { zoneNamed } from '../../calendar/zones.ts';
import { shortened } from '../../graph/duration.ts';
import { invalidArgument } from '../../graph/error.ts';
import { isWellFormed } from '../../graph/unicode.ts';
import { type Given, oneOf, required, shortText } from './said.ts';
import { DAYS_OF_WEEK, DEFAULT_SETTINGS, type WorkingHours } from './settings.ts';
import { timeOfDay } from './time-of-day.ts';

interface OffsetInput {
  readonly time?: string;
  readonly dayOccurrence?: number;
  readonly dayOfWeek?: string;
  readonly month?: number;
  readonly year?: number;
  readonly daylightBias?: number;
}

export interface WorkingHoursInput {
  readonly daysOfWeek?: Given<readonly string[]>;
  readonly startTime?: Given<string>;
  readonly endTime?: Given<string>;
  /** A `customTimeZone` where it has a bias. */
  readonly timeZone?: Given<{
    readonly name?: Given<string>;
    readonly bias?: Given<number>;
    readonly standardOffset?: Given<OffsetInput>;
    readonly daylightOffset?: Given<OffsetInput>;
  }>;
}

/**
 * The working hours after a change; what it doesn't name stays as it was.
 * @throws GraphError 400 naming the field that is wrong
 */
export function changedHours(given: WorkingHoursInput, before: WorkingHours): WorkingHours {
  const unset = DEFAULT_SETTINGS.workingHours;
  const after: WorkingHours = {
    daysOfWeek:
      given.daysOfWeek === undefined
        ? before.daysOfWeek
        : days(given.daysOfWeek ?? unset.daysOfWeek),
    startTime:
      given.startTime === undefined
        ? before.startTime
        : timeOfDay(given.startTime ?? unset.startTime, 'WorkingHours.StartTime'),
    endTime:
      given.endTime === undefined
        ? before.endTime
        : timeOfDay(given.endTime ?? unset.endTime, 'WorkingHours.EndTime'),
    timeZone: given.timeZone == null ? before.timeZone : zone(given.timeZone),
  };
  if (after.startTime < after.endTime) return after;
  throw invalidArgument('[WorkingHours.StartTime]: Start Time should occur before End Time.');
}

/** In the order of the week, each once. */
function days(given: readonly string[]): WorkingHours['daysOfWeek'] {
  const chosen = new Set(given.map((day) => oneOf(DAYS_OF_WEEK, day, 'WorkingHours.DaysOfWeek')));
  return DAYS_OF_WEEK.filter((day) => chosen.has(day));
}

function zone(given: NonNullable<WorkingHoursInput['timeZone']>): WorkingHours['timeZone'] {
  const field = 'WorkingHours.TimeZone';
  const { name, bias, standardOffset, daylightOffset } = given;
  if (name == null) throw required(`${field}.Name`);
  if (bias == null && standardOffset == null && daylightOffset == null) {
    if (zoneNamed(name) !== undefined) return { name };
    throw invalidArgument(
      `[${field}.Name]: Time Zone settings provided are invalid: '${shortened(name)}' is neither an IANA nor a Windows time zone name.`,
    );
  }
  if (bias == null) throw required(`${field}.Bias`);
  if (!isWellFormed(name)) throw invalidArgument(`[${field}.Name]: is not well-formed Unicode.`);
  return {
    '@odata.type': '#microsoft.graph.customTimeZone',
    name: shortText(name, `${field}.Name`),
    bias,
    ...(standardOffset != null && {
      standardOffset: offset(standardOffset, `${field}.StandardOffset`),
    }),
    ...(daylightOffset != null && {
      daylightOffset: offset(daylightOffset, `${field}.DaylightOffset`),
    }),
  };
}

function offset(given: OffsetInput, field: string): OffsetInput {
  const { time, dayOfWeek, dayOccurrence, month, year, daylightBias } = given;
  return {
    ...(time !== undefined && { time: timeOfDay(time, `${field}.Time`) }),
    ...(dayOccurrence !== undefined && { dayOccurrence }),
    ...(dayOfWeek !== undefined && {
      dayOfWeek: oneOf(DAYS_OF_WEEK, dayOfWeek, `${field}.DayOfWeek`),
    }),
    ...(month !== undefined && { month }),
    ...(year !== undefined && { year }),
    ...(daylightBias !== undefined && { daylightBias }),
  };
}
