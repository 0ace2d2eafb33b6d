import { printable, printableJson } from '../printable.ts';
import type { Change, ClientStateCheck, ListenEvent } from './event.ts';

/** `09:30:00  ada@contoso.example  Busy/InACall  1a2b3c4d  client state ok`: an event for people. */
export function lineOf(event: ListenEvent, nowMs: number): string {
  return [timeOfDay(nowMs), ...wordsOf(event)].map((word) => printable(word)).join('  ');
}

/** An event for programs: one line of JSON. */
export function jsonLineOf(event: ListenEvent, nowMs: number): string {
  const time = new Date(nowMs).toISOString();
  return printableJson(jsonOf({ time, ...event }));
}

function jsonOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    // JSON that can be read can be too deep to be written: whoever sends it shall not stop us.
    return JSON.stringify({ event: 'problem', message: 'something too deep to be shown' });
  }
}

function wordsOf(event: ListenEvent): readonly string[] {
  switch (event.event) {
    case 'listening':
      return ['listening', event.url];
    case 'handshake':
      return ['handshake', `answered at ${event.path}`];
    case 'subscribed':
    case 'renewed':
      return [
        event.event,
        short(event.subscriptionId),
        `until ${timeOfDay(Date.parse(event.until))}`,
      ];
    case 'reauthorized':
    case 'unsubscribed':
      return [event.event, short(event.subscriptionId)];
    case 'refused':
      return ['refused', `${event.status} at ${event.path}: ${event.reason}`];
    case 'problem':
      return ['problem', event.message.replaceAll('\n', ' ')];
    case 'lifecycle':
      return ['lifecycle', event.lifecycleEvent, ...origin(event)];
    case 'change':
      return [event.user, changeOf(event), ...origin(event)];
  }
}

function changeOf({ presence, unreadable }: Change): string {
  if (unreadable !== undefined) return `unreadable: ${unreadable}`;
  if (presence === undefined) return 'changed';
  const { availability, activity } = presence;
  const pair = [availability, activity].filter((each) => typeof each === 'string');
  // A subscription with $select may be about neither.
  return pair.length === 0 ? 'changed' : pair.join('/');
}

function origin(event: {
  readonly subscriptionId: string;
  readonly clientState: ClientStateCheck;
}): readonly string[] {
  return [short(event.subscriptionId), `client state ${event.clientState}`];
}

/** By the clock on the wall. */
function timeOfDay(ms: number): string {
  return new Date(ms).toTimeString().slice(0, 8);
}

function short(id: string): string {
  return id.slice(0, 8);
}
