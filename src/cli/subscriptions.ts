import { managerToken } from './ask-token.ts';
import { callApi } from './call-api.ts';
import { type Command, UsageError } from './command.ts';
import { readWords, urlFlag } from './flags.ts';
import { pageIn } from './page-answer.ts';
import { jsonLine, printable, toTheSecond } from './printable.ts';
import { table } from './table.ts';

const PATH = '/porchlight/subscriptions';

/** A resource may list thousands of ids. */
const LONGEST_RESOURCE = 60;

export const SUBSCRIPTIONS_USAGE = `porchlight subscriptions [--url URL] [--token TOKEN] [--tenant ID] [--json]
porchlight subscriptions remove ID [--url URL] [--token TOKEN] [--tenant ID]

Lists the subscriptions of a tenant and how their delivery goes, or ends one of them; its application is
told by a lifecycle notification.

  --url     the server (http://127.0.0.1:4280)
  --token   an application token with the permission Porchlight.Manage.All, for a server started with
            \`porchlight serve\`; without it the dev server is asked for one
  --tenant  tenant id or domain, for the dev server (the first tenant)
  --json    prints JSON lines`;

/** An item of the list, as far as it is shown. */
interface Item {
  readonly id: string;
  readonly applicationId: string;
  readonly resource: string;
  readonly notificationUrl: string;
  readonly expirationDateTime: string;
  readonly health: {
    readonly state: string;
    readonly queued: number;
    readonly isBehind: boolean;
    readonly lost: number;
    readonly lastSuccessDateTime: string | null;
  } | null;
}

/** `porchlight subscriptions`. */
export const subscriptions: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, {
    url: 'http://127.0.0.1:4280',
    token: undefined,
    tenant: 'common',
    json: false,
  });
  const url = urlFlag(flags.url);
  const id = idIn(words);
  const token = await managerToken(url, flags.token, flags.tenant);
  const call = { token, server: 'porchlight' };

  if (id !== undefined) {
    const target = new URL(`${PATH}/${encodeURIComponent(id)}`, url);
    await callApi({ ...call, method: 'DELETE', url: target });
    return print(`Removed ${id}`);
  }
  const items: Item[] = [];
  for (let query: string | undefined = ''; query !== undefined; ) {
    const answer = await callApi({ ...call, method: 'GET', url: new URL(PATH + query, url) });
    const page = pageIn<Item>(answer);
    items.push(...page.items);
    query = page.next;
  }
  if (flags.json) for (const item of items) print(jsonLine(item));
  else print(items.length === 0 ? 'No subscriptions.' : table(HEADS, items.map(rowOf)));
};

/** The subscription to remove; undefined to list them. @throws UsageError */
function idIn([command, id, ...more]: readonly string[]): string | undefined {
  if (command === undefined) return undefined;
  if (command !== 'remove') throw new UsageError(`subscriptions can't '${command}'; it can remove`);
  if (id === undefined || more.length > 0) throw new UsageError('remove needs one ID');
  return id;
}

const HEADS = [
  'ID',
  'APP',
  'STATE',
  'QUEUED',
  'LOST',
  'LAST SUCCESS',
  'EXPIRES',
  'ENDPOINT',
  'RESOURCE',
];

function rowOf(item: Item): readonly string[] {
  const { health } = item;
  return [
    item.id,
    item.applicationId,
    health?.state ?? '-',
    health === null ? '-' : `${health.queued}${health.isBehind ? '+' : ''}`,
    health === null ? '-' : String(health.lost),
    timeOf(health?.lastSuccessDateTime ?? null),
    timeOf(item.expirationDateTime),
    printable(item.notificationUrl),
    printable(item.resource, LONGEST_RESOURCE),
  ];
}

function timeOf(text: string | null): string {
  return text === null ? '-' : toTheSecond(text);
}
