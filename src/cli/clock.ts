import { managerToken } from './ask-token.ts';
import { callApi } from './call-api.ts';
import { type Command, CommandFailed, UsageError } from './command.ts';
import { readWords, urlFlag } from './flags.ts';
import { jsonLine, printable } from './printable.ts';

export const CLOCK_USAGE = `porchlight clock [--url URL] [--token TOKEN] [--json]
porchlight clock freeze | resume | reset
porchlight clock advance DURATION
porchlight clock set INSTANT

Tells what time it is on a server whose clock can be moved (\`porchlight dev\`), or moves it. All that is due on
the way happens in order, and is printed.

  freeze    stops the clock
  resume    lets it go on from where it stands
  advance   moves it on: PT5M, PT8H, P1D
  set       to an instant: 2026-11-21T09:00:00Z
  reset     lets it show the machine's time again

  --url     the server (http://127.0.0.1:4280)
  --token   an application token with the permission Porchlight.Manage.All, for a server started with
            \`porchlight serve\`; without it the dev server is asked for one
  --json    prints the answer as a JSON line`;

/** A year of many people takes a while. */
const TIMEOUT_MS = 600_000;

const PATH = '/porchlight/clock';

/** `porchlight clock`. */
export const clock: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, {
    url: 'http://127.0.0.1:4280',
    token: undefined,
    json: false,
  });
  const url = urlFlag(flags.url);
  const { method, path, body } = callOf(words);
  const token = await managerToken(url, flags.token);
  const target = new URL(`${PATH}${path}`, url);
  const answer = await callApi({
    ...{ token, server: 'porchlight', method, url: target },
    ...(body && { body }),
    timeoutMs: TIMEOUT_MS,
  });
  if (flags.json) return print(jsonLine(answer));
  for (const line of linesOf(answer as ClockAnswer)) print(line);
};

function callOf([verb, argument, ...more]: readonly string[]): {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
} {
  if (more.length > 0) throw new UsageError(`clock ${verb} takes one argument at most`);
  switch (verb) {
    case undefined:
      return { method: 'GET', path: '' };
    case 'freeze':
    case 'resume':
    case 'reset':
      if (argument !== undefined) throw new UsageError(`clock ${verb} takes no argument`);
      return { method: 'POST', path: `/${verb}` };
    case 'advance':
      if (argument === undefined) throw new UsageError('clock advance needs a DURATION: PT5M');
      return { method: 'POST', path: '/advance', body: { duration: argument } };
    case 'set':
      if (argument === undefined) {
        throw new UsageError('clock set needs an INSTANT: 2026-11-21T09:00:00Z');
      }
      return { method: 'POST', path: '/set', body: { dateTime: argument } };
    default:
      throw new UsageError(`clock can't '${verb}'; it can freeze, resume, advance, set and reset`);
  }
}

interface ClockAnswer {
  readonly dateTime: string;
  readonly state: string;
  readonly events?: readonly EventAnswer[];
  readonly omitted?: number;
}

interface PairAnswer {
  readonly availability: string;
  readonly activity: string;
}

type EventAnswer = { readonly dateTime: string } & (
  | {
      readonly kind: 'presence';
      readonly userId: string;
      readonly before: PairAnswer;
      readonly after: PairAnswer;
      readonly cause: { readonly kind: string };
    }
  | { readonly kind: 'subscription'; readonly subscriptionId: string; readonly event: string }
  | {
      readonly kind: 'notification';
      readonly url: string;
      readonly items: readonly unknown[];
      readonly outcome: number | string;
    }
);

function* linesOf({ dateTime, state, events = [], omitted = 0 }: ClockAnswer): Iterable<string> {
  if (typeof dateTime !== 'string') throw new CommandFailed('the server answered without a time');
  for (const event of events) yield `${event.dateTime}  ${printable(saidOf(event))}`;
  if (omitted > 0) yield `${omitted} more events`;
  yield `${dateTime}  ${state}`;
}

function saidOf(event: EventAnswer): string {
  switch (event.kind) {
    case 'presence': {
      const { userId, before, after, cause } = event;
      return `${userId}  ${nameOf(before)} -> ${nameOf(after)}  (${cause.kind})`;
    }
    case 'subscription':
      return `subscription ${event.subscriptionId}  ${event.event}`;
    case 'notification':
      return `${event.items.length} notified to ${event.url}  (${event.outcome})`;
    default:
      return 'something that this version has no words for';
  }
}

function nameOf({ availability, activity }: PairAnswer): string {
  return `${availability}/${activity}`;
}
