import { callApi } from './call-api.ts';
import { type Command, UsageError } from './command.ts';
import { readWords, urlFlag } from './flags.ts';
import { pageIn } from './page-answer.ts';
import { jsonLine, printable } from './printable.ts';
import { table } from './table.ts';

const PATH = '/porchlight/faults';

export const FAULTS_USAGE = `porchlight faults [--url URL] [--json]
porchlight faults add FAULT [flags of the fault] [--url URL] [--json]
porchlight faults remove ID | clear [--url URL]

Lists what was ordered to go wrong in the dev server and how often it did, orders more, or calls it off
(docs/faults.md). FAULT is one of

  error      an answer of --status 429, 500, 502, 503 or 504 [--retry-after SECONDS] [--carried-out]
  drop       the connection is closed without an answer [--carried-out]
  latency    the answer takes --latency-ms longer
  lose       a change notification is never sent [--announced: as missed]
  duplicate  a change notification comes once more [--delay PT30S later]
  delay      a change notification comes --delay PT30S later [--overtaken by others]
  expire     a subscription ends [--when-touched] [--silently]

  --operation     for requests of this operation, such as setPresence
  --app           of this application
  --user          about or by this user, an object id or a name
  --tenant        of this tenant
  --subscription  for this subscription
  --times         how often, before it is over
  --probability   above 0, up to 1
  --seed          makes the same chances again
  --url           the server (http://127.0.0.1:4280)
  --token         with the permission Porchlight.Manage.All, where the server is on another machine
  --json          prints JSON lines`;

/** An item of the list, as far as it is shown. */
interface Item {
  readonly id: string;
  readonly fault: string;
  readonly times: number | null;
  readonly matched: number;
  readonly struck: number;
  readonly isOver: boolean;
}

/** `porchlight faults`. */
export const faults: Command = async (args, { print }) => {
  const { words, flags } = readWords(args, {
    url: 'http://127.0.0.1:4280',
    token: undefined,
    json: false,
    ...TEXTS,
    ...NUMBERS,
    ...SWITCHES,
  });
  const url = urlFlag(flags.url);
  const at = (path: string) => ({ url: new URL(path, url), token: flags.token });
  const [command, word, ...more] = words;
  if (more.length > 0) throw new UsageError(`'${more[0]}' is one word too many`);
  const body = bodyOf(flags);
  if (command !== 'add' && Object.keys(body).length > 0) {
    throw new UsageError('only add takes flags of a fault');
  }

  switch (command) {
    case undefined: {
      const { items } = pageIn<Item>(await callApi({ ...at(PATH), method: 'GET' }));
      if (flags.json) for (const item of items) print(jsonLine(item));
      else print(items.length === 0 ? 'No faults.' : table(HEADS, items.map(rowOf)));
      return;
    }
    case 'add': {
      if (word === undefined) throw new UsageError('add needs a FAULT, such as error');
      const item = (await callApi({
        ...at(PATH),
        method: 'POST',
        body: { fault: word, ...body },
      })) as Item;
      print(flags.json ? jsonLine(item) : `Ordered fault ${item.id}`);
      return;
    }
    case 'remove': {
      if (word === undefined) throw new UsageError('remove needs one ID');
      await callApi({ ...at(`${PATH}/${encodeURIComponent(word)}`), method: 'DELETE' });
      return print(`Removed ${word}`);
    }
    case 'clear':
      if (word !== undefined) throw new UsageError('clear takes no ID');
      await callApi({ ...at(PATH), method: 'DELETE' });
      return print('Removed all faults');
    default:
      throw new UsageError(`faults can't '${command}'; it can add, remove and clear`);
  }
};

/** Flags whose values go into the body as they are. */
const TEXTS = {
  operation: undefined,
  app: undefined,
  user: undefined,
  tenant: undefined,
  subscription: undefined,
  delay: undefined,
};

const NUMBERS = {
  status: undefined,
  'retry-after': undefined,
  'latency-ms': undefined,
  times: undefined,
  probability: undefined,
  seed: undefined,
};

const SWITCHES = {
  'carried-out': false as const,
  announced: false as const,
  overtaken: false as const,
  'when-touched': false as const,
  silently: false as const,
};

type OrderFlags = Readonly<Record<string, string | boolean | undefined>>;

/** What the flags say of a fault, in the API's words. @throws UsageError */
function bodyOf(flags: OrderFlags): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const flag of Object.keys(TEXTS)) {
    if (flags[flag] !== undefined) body[flag] = flags[flag];
  }
  for (const flag of Object.keys(NUMBERS)) {
    const text = flags[flag];
    if (text === undefined) continue;
    if (typeof text !== 'string' || !/^\d+(\.\d+)?$/.test(text)) {
      throw new UsageError(`--${flag} must be a number, not '${text}'`);
    }
    body[fieldOf(flag)] = Number(text);
  }
  for (const flag of Object.keys(SWITCHES)) {
    if (flags[flag] !== true) continue;
    if (flag === 'silently') body.announced = false;
    else body[fieldOf(flag)] = true;
  }
  return body;
}

/** `retry-after` is `retryAfter`. */
function fieldOf(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const HEADS = ['ID', 'FAULT', 'STRUCK', 'MATCHED', 'STATE', 'TERMS'];

function rowOf(item: Item): readonly string[] {
  const { id, fault, times, matched, struck, isOver, ...terms } = item;
  return [
    id,
    fault,
    times === null ? String(struck) : `${struck} of ${times}`,
    String(matched),
    isOver ? 'over' : 'stands',
    termsText(terms),
  ];
}

/** What else is said of it: `operation=setPresence status=429`. */
function termsText(terms: Readonly<Record<string, unknown>>): string {
  return Object.entries(terms)
    .filter(([name, value]) => value !== null && value !== false && !isUsual(name, value))
    .map(([name, value]) => printable(`${name}=${String(value)}`))
    .join(' ');
}

function isUsual(name: string, value: unknown): boolean {
  return name === 'probability' && value === 1;
}
