import { type Answer, expectError, type Porchlight, USER } from '../porchlight.ts';

/** An event as an answer has it: of its properties those that tests look at. */
export interface EventJson {
  readonly '@odata.etag': string;
  readonly id: string;
  readonly subject: string;
  readonly type: string;
  readonly showAs: string;
  readonly isCancelled: boolean;
  readonly seriesMasterId: string | null;
  readonly originalStart?: string;
  readonly start: { readonly dateTime: string; readonly timeZone: string };
  readonly end: { readonly dateTime: string; readonly timeZone: string };
  readonly responseStatus: { readonly response: string };
  readonly recurrence: { readonly range: Readonly<Record<string, unknown>> } | null;
}

export interface EventsJson {
  readonly value: readonly EventJson[];
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
}

export const EVENTS = `/v1.0/users/${USER}/events`;
export const VIEW = `/v1.0/users/${USER}/calendarView`;

/** A time in Berlin, `21T10:30` of November 2026; there it is an hour later than in UTC. */
export function berlin(time: string): { dateTime: string; timeZone: string } {
  return { dateTime: `2026-11-${time}:00`, timeZone: 'Europe/Berlin' };
}

/** The body of an event of one hour; it is ten o'clock in Berlin when a wire test begins. */
export function meeting(changes: object = {}): object {
  return { subject: 'Planning', start: berlin('21T10:30'), end: berlin('21T11:30'), ...changes };
}

/** The body of a series of an hour each Monday, from 23 November on. */
export function mondays(changes: object = {}, range: object = {}): object {
  return {
    subject: 'Monday',
    start: berlin('23T09:00'),
    end: berlin('23T10:00'),
    recurrence: {
      pattern: { type: 'weekly', interval: 1, daysOfWeek: ['monday'] },
      range: { type: 'noEnd', startDate: '2026-11-23', ...range },
    },
    ...changes,
  };
}

/** Makes an event, and gives it back. */
export async function made(porchlight: Porchlight, body: object): Promise<EventJson> {
  return eventOf(await porchlight.as().post(EVENTS, body), 201);
}

export function eventOf(answer: Answer, status = 200): EventJson {
  if (answer.status !== status) expectError(answer, status, 'a success');
  return answer.body as EventJson;
}

/** What a range shows, up to 1,000 events. */
export async function viewed(porchlight: Porchlight, from: string, to: string) {
  const address = `${VIEW}?startDateTime=${from}&endDateTime=${to}&$top=1000`;
  const { value } = (await porchlight.as().get(address)).body as EventsJson;
  return value;
}

/** When an event starts, by the clock that it is written with: `11-23 09:00`. */
export function startOf({ start }: EventJson): string {
  return start.dateTime.slice(5, 16).replace('T', ' ');
}
