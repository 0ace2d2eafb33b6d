import { managerToken } from './ask-token.ts';
import { callApi } from './call-api.ts';
import { type Command, UsageError } from './command.ts';
import { readWords, urlFlag } from './flags.ts';
import { pageIn } from './page-answer.ts';
import { jsonLine, printable } from './printable.ts';
import { table } from './table.ts';

/** Of what others wrote. */
const LONGEST_MESSAGE = 40;

export const HISTORY_USAGE = `porchlight history USER [--from INSTANT] [--to INSTANT] [--url URL] [--token TOKEN] [--tenant ID] [--json]
porchlight history USER --at INSTANT [--url URL] [--token TOKEN] [--tenant ID] [--json]

Lists what became of the presence of a user (object id or user principal name) and why, or tells what it was
at an instant such as 2026-11-21T10:00:00Z.

  --from    the first instant (as early as it is known)
  --to      the last, not included (now)
  --at      one instant, in place of a list
  --url     the server (http://127.0.0.1:4280)
  --token   an application token with the permission Porchlight.Manage.All, or one of the user's own, for a server
            started with \`porchlight serve\`; without it the dev server is asked for one
  --tenant  tenant id or domain, for the dev server (the first tenant)
  --json    prints JSON lines`;

interface Past {
  readonly availability: string;
  readonly activity: string;
  readonly outOfOfficeSettings: { readonly isOutOfOffice: boolean };
  readonly statusMessage: { readonly message: { readonly content: string } } | null;
  readonly workLocation: { readonly source: string; readonly workLocationType: string };
}

interface Item {
  readonly dateTime: string;
  readonly before: Past;
  readonly after: Past;
  readonly cause: { readonly kind: string; readonly appId: string | null };
}

/** `porchlight history`. */
export const history: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, {
    url: 'http://127.0.0.1:4280',
    token: undefined,
    tenant: 'common',
    from: undefined,
    to: undefined,
    at: undefined,
    json: false,
  });
  const url = urlFlag(flags.url);
  const [user, ...more] = words;
  if (user === undefined || more.length > 0) throw new UsageError('history needs one USER');
  if (flags.at !== undefined && (flags.from ?? flags.to) !== undefined) {
    throw new UsageError('--at stands without --from and --to');
  }
  const token = await managerToken(url, flags.token, flags.tenant);
  const path = `/porchlight/users/${encodeURIComponent(user)}/presence/history`;
  const ask = async (query: string) =>
    ((await callApi({
      token,
      server: 'porchlight',
      method: 'GET',
      url: new URL(path + query, url),
    })) ?? {}) as Readonly<Record<string, unknown>>;

  if (flags.at !== undefined) {
    const answer = await ask(queryOf({ at: flags.at }));
    if (flags.json) return print(jsonLine(answer));
    const { presence, knownFromDateTime } = answer as {
      readonly presence: Past | null;
      readonly knownFromDateTime: string;
    };
    if (presence === null) return print(`Not known: it is from ${knownFromDateTime} on.`);
    return print([pairOf(presence), ...extrasOf(presence)].join(', '));
  }
  const items: Item[] = [];
  let knownFrom = '';
  let query: string | undefined = queryOf({ from: flags.from, to: flags.to, $top: '1000' });
  while (query !== undefined) {
    const answer = await ask(query);
    const page = pageIn<Item>(answer);
    if (flags.json) for (const item of page.items) print(jsonLine(item));
    else items.push(...page.items);
    knownFrom = String(answer.knownFromDateTime);
    query = page.next;
  }
  if (flags.json) return;
  if (items.length === 0) print(`No changes; all since ${knownFrom} is known.`);
  else print(table(['TIME', 'PRESENCE', 'CAUSE', 'APP', 'MORE'], items.map(rowOf)));
};

function queryOf(fields: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) query.set(name, value);
  }
  return `?${query}`;
}

function rowOf({ dateTime, before, after, cause }: Item): readonly string[] {
  const known = new Set(extrasOf(before));
  const now = extrasOf(after);
  const gone = [...known].filter((extra) => !now.includes(extra)).map((extra) => `no ${extra}`);
  const come = now.filter((extra) => !known.has(extra));
  return [
    dateTime,
    pairOf(after),
    cause.kind,
    cause.appId === null ? '-' : printable(cause.appId),
    (come.length > 0 ? come : gone).join(', '),
  ];
}

function pairOf({ availability, activity }: Past): string {
  return `${availability}/${activity}`;
}

/** What stands beside the pair. */
function extrasOf({ outOfOfficeSettings, statusMessage, workLocation }: Past): string[] {
  const extras: string[] = [];
  if (outOfOfficeSettings.isOutOfOffice) extras.push('out of office');
  if (statusMessage !== null) {
    extras.push(`message '${printable(statusMessage.message.content, LONGEST_MESSAGE)}'`);
  }
  if (workLocation.source !== 'none') extras.push(`at ${workLocation.workLocationType}`);
  return extras;
}
