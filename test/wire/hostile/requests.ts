import type { ExampleRequest } from '../examples.ts';
import { APP, preferred, session, USER, USER_NAME } from '../porchlight.ts';
import type { Random } from './random.ts';
import { hostileString, hostileValue } from './values.ts';

/** A request as the handlers get it: nothing of it needs to make sense. */
export interface HostileRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

/** Tokens by how far they bring a caller. */
export interface Tokens {
  readonly application: readonly [string, ...string[]];
  readonly delegated: readonly [string, ...string[]];
  readonly bad: readonly [string, ...string[]];
}

export interface HostileParts {
  readonly examples: readonly [ExampleRequest, ...ExampleRequest[]];
  readonly tokens: Tokens;
}

interface Draft {
  method: string;
  version: string;
  path: string;
  query: string;
  headers: Record<string, string>;
  body: unknown;
}

/** The next request: a valid one of some route, mutated in some places. */
export function hostileRequest(random: Random, parts: HostileParts): HostileRequest {
  const draft = random.chance(0.15) ? batch(random, parts) : valid(random, parts);
  const mutations = random.below(4);
  for (let count = 0; count < mutations; count++) mutate(random, draft, parts);
  const query = draft.query === '' ? '' : `?${draft.query}`;
  const prefix = draft.version === '' ? '' : `/${draft.version}`;
  let url = `${prefix}${draft.path}${query}`;
  if (random.chance(0.01)) url = `http://porchlight.example${url}`;
  if (random.chance(0.01)) url = url.slice(random.below(8));
  return { method: draft.method, url, headers: draft.headers, body: bytes(random, draft.body) };
}

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'QUERY',
  'get',
] as const;
const VERSIONS = [
  'v1.0',
  'beta',
  'v1.0',
  'beta',
  'v2.0',
  'V1.0',
  '',
  'v1%2E0',
  'porchlight',
  '$metadata',
] as const;

const OTHER_PATHS = [
  '/$metadata',
  '/$batch',
  '/%24batch',
  '/',
  '',
  '/me',
  '/users',
  '/subscriptions',
  '/communications/presences',
] as const;

function valid(random: Random, { examples, tokens }: HostileParts): Draft {
  const { method, path, body, me } = random.pick(examples);
  const token = random.pick(me || random.chance(0.2) ? tokens.delegated : tokens.application);
  return {
    method,
    version: random.pick(['v1.0', 'beta']),
    path: spelled(random, path),
    query: random.chance(0.1) ? '$select=id,activity' : '',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? undefined : structuredClone(body),
  };
}

/** One of the spellings that a path may have. */
function spelled(random: Random, path: string): string {
  switch (random.below(6)) {
    case 0:
      return path.replace(`/${USER}`, `('${USER}')`);
    case 1:
      return path.replace(`/${USER}`, `(%27${USER}%27)`);
    case 2:
      return path.replace(USER, USER_NAME);
    case 3:
      return path.replace(/\/(\w+)$/, '/microsoft.graph.$1');
    default:
      return path;
  }
}

function batch(random: Random, parts: HostileParts): Draft {
  const requests = Array.from(
    { length: random.chance(0.1) ? random.below(25) : random.below(6) },
    (_, index) => {
      const part = random.chance(0.1) ? batchPart(random, parts) : valid(random, parts);
      if (random.chance(0.5)) mutate(random, part, parts);
      const ids = Array.from(
        { length: random.below(3) },
        () => `${random.below(Math.max(index, 1))}`,
      );
      return {
        id: random.chance(0.95) ? `${index}` : hostileValue(random),
        method: part.method,
        url: `${part.path}${part.query === '' ? '' : `?${part.query}`}`,
        ...(random.chance(0.9) && { headers: { 'Content-Type': 'application/json' } }),
        ...(part.body !== undefined && { body: part.body }),
        ...(random.chance(0.3) && { dependsOn: ids }),
      };
    },
  );
  const { tokens } = parts;
  return {
    method: 'POST',
    version: random.pick(['v1.0', 'beta']),
    path: random.pick(['/$batch', '/%24batch']),
    query: '',
    headers: {
      authorization: `Bearer ${random.pick(random.chance(0.3) ? tokens.delegated : tokens.application)}`,
      'content-type': 'application/json',
    },
    body: { requests },
  };
}

function batchPart(random: Random, parts: HostileParts): Draft {
  return { ...valid(random, parts), method: 'POST', path: '/$batch', body: { requests: [] } };
}

/** Does one thing to the request that its author didn't mean. */
function mutate(random: Random, draft: Draft, { tokens }: HostileParts): void {
  switch (random.below(12)) {
    case 0:
      draft.method = random.pick(METHODS);
      break;
    case 1:
      draft.version = random.pick(VERSIONS);
      break;
    case 2:
      draft.path = random.pick(OTHER_PATHS);
      break;
    case 3:
    case 4:
      draft.path = mutatePath(random, draft.path);
      break;
    case 5:
      draft.query = mutateQuery(random);
      break;
    case 6:
      mutateHeaders(random, draft.headers);
      break;
    case 7:
      draft.headers.authorization = mutateToken(random, draft.headers.authorization ?? '', tokens);
      break;
    default:
      draft.body = random.chance(0.1) ? hostileValue(random) : mutateValue(random, draft.body);
      draft.headers['content-type'] ??= 'application/json';
  }
}

function mutatePath(random: Random, path: string): string {
  const segments = path.split('/');
  const at = random.below(segments.length);
  const segment = segments[at] ?? '';
  switch (random.below(11)) {
    case 0:
      return segments.with(at, hostileSegment(random)).join('/');
    case 1:
      return segments.toSpliced(at, 0, hostileSegment(random)).join('/');
    case 2:
      return segments.toSpliced(at, 1).join('/');
    case 3:
      return segments.with(at, `${segment}('${hostileSegment(random)}')`).join('/');
    case 4:
      return segments.with(at, encodeSome(random, segment)).join('/');
    case 5:
      return path.toUpperCase();
    case 6:
      return `${path}/`;
    case 7:
      return path.slice(0, random.below(path.length + 1));
    case 8:
      return segments.with(at, `microsoft.graph.${segment}`).join('/');
    case 9:
      return path.replace(USER, hostileSegment(random));
    default:
      return path.replace(
        USER,
        USER.replace(/./g, (digit) => (random.chance(0.05) ? '0' : digit)),
      );
  }
}

function hostileSegment(random: Random): string {
  const text = hostileString(random).slice(0, random.chance(0.02) ? 20_000 : 400);
  if (random.chance(0.5)) return text;
  try {
    return encodeURIComponent(text);
  } catch {
    return '%ED%A0%80';
  }
}

function encodeSome(random: Random, text: string): string {
  return text.replace(/./gs, (letter) =>
    random.chance(0.3)
      ? `%${letter.charCodeAt(0).toString(16).padStart(2, '0').slice(-2)}`
      : letter,
  );
}

function mutateQuery(random: Random): string {
  const names = [
    '$select',
    '$filter',
    '$top',
    '%24select',
    '$SELECT',
    'select',
    '__proto__',
    '',
  ] as const;
  return Array.from({ length: 1 + random.below(3) }, () => {
    const value = random.chance(0.3) ? 'id,activity' : hostileSegment(random);
    return `${random.pick(names)}=${value}`;
  }).join('&');
}

function mutateHeaders(random: Random, headers: Record<string, string>): void {
  const name = random.pick([
    'content-type',
    'client-request-id',
    'host',
    'content-length',
    'transfer-encoding',
    'content-encoding',
    'accept',
    'origin',
    'x-forwarded-proto',
    'x-forwarded-host',
    'prefer',
    'if-match',
    'access-control-request-method',
    '__proto__',
  ]);
  const values: ReadonlyMap<string, readonly [string, ...string[]]> = new Map(
    Object.entries({
      'content-type': [
        'application/json;odata.metadata=minimal',
        'APPLICATION/JSON',
        'application/json; charset=utf-16',
        'application/vnd.api+json',
        'text/plain',
        'application/json, text/html',
        'application/',
        ';',
        'application/json;;;=',
        '',
      ],
      'content-length': ['0', '1', '-1', '99999999999', 'x', '1048577', ''],
      'transfer-encoding': ['chunked', 'gzip', ''],
    } as const),
  );
  const value = random.pick(values.get(name) ?? ['x']);
  const text = random.chance(0.5) ? value : hostileString(random);
  // What Node’s parser lets no header have never comes here.
  Object.defineProperty(headers, name, {
    value: text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').slice(0, 8000),
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function mutateToken(random: Random, current: string, { bad }: Tokens): string {
  switch (random.below(6)) {
    case 0:
      return `Bearer ${random.pick(bad)}`;
    case 1: {
      const at = random.below(current.length + 1);
      return (
        current.slice(0, at) + random.pick(['a', 'A', '.', '-', ' ', '=']) + current.slice(at + 1)
      );
    }
    case 2:
      return current.slice(0, random.below(current.length + 1));
    case 3:
      return current.replace(
        'Bearer',
        random.pick(['bearer', 'Basic', '', 'Bearer Bearer', 'BEARER  ']),
      );
    case 4:
      return hostileString(random).replace(/[^\x20-\x7e]/g, '');
    default:
      return current + current;
  }
}

/** A JSON value with something changed somewhere inside it. */
function mutateValue(random: Random, value: unknown): unknown {
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    switch (random.below(5)) {
      case 0:
        return value.toSpliced(at, 0, hostileValue(random));
      case 1:
        return value.toSpliced(at, 1);
      case 2:
        return [...value, ...value];
      case 3:
        return [value];
      default:
        return at < value.length
          ? value.with(at, mutateValue(random, value[at]))
          : hostileValue(random);
    }
  }
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value);
    if (entries.length === 0) return { [hostileString(random)]: hostileValue(random) };
    const at = random.below(entries.length);
    const [name, inner] = entries[at] ?? ['', undefined];
    switch (random.below(7)) {
      case 0:
        return Object.fromEntries(entries.toSpliced(at, 1));
      case 1:
        return Object.fromEntries([...entries, [hostileString(random), hostileValue(random)]]);
      case 2:
        return Object.fromEntries(entries.with(at, [hostileString(random), inner]));
      case 3:
        return Object.fromEntries([...entries, [name, hostileValue(random)]]);
      default:
        return Object.fromEntries(entries.with(at, [name, mutateValue(random, inner)]));
    }
  }
  return random.chance(0.8)
    ? hostileValue(random)
    : random.pick([session('Busy/InACall'), preferred('Busy/Busy'), { sessionId: APP }]);
}

/** The body as it goes over the wire, now and then not JSON any more, or not UTF-8. */
function bytes(random: Random, body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  const text = Buffer.from(JSON.stringify(body));
  if (random.chance(0.9)) return text;
  const at = random.below(text.length + 1);
  switch (random.below(8)) {
    case 0:
      return text.subarray(0, at);
    case 1:
      return Buffer.concat([
        text.subarray(0, at),
        Buffer.from([random.below(256)]),
        text.subarray(at),
      ]);
    case 2:
      return Buffer.from(
        text.toString().replace(/\d+/, random.pick(['1e999', '-', '0.', '01', '1'.repeat(400)])),
      );
    case 3:
      return Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]);
    case 4:
      return Buffer.alloc(
        random.chance(0.01) ? 1_048_577 : random.below(5000),
        random.pick(['[', '{"a":', ' ', '"', '\\u']),
      );
    case 5:
      return Buffer.concat([text, text]);
    case 6: {
      // Deeper than JSON.stringify would write it.
      const depth = random.chance(0.05) ? 200_000 : random.below(5000);
      return Buffer.from(replaceOne(random, text, `${'['.repeat(depth)}${']'.repeat(depth)}`));
    }
    default:
      return Buffer.from(text.toString().replace(/"([^"]*)"/, '"\\ud800$1"'));
  }
}

/** The JSON text with one of its values replaced. */
function replaceOne(random: Random, text: Buffer, by: string): string {
  const values = [
    ...text.toString().matchAll(/(?<=[:[,])("[^"]*"|\d+|true|false|null|\{\})(?=[,\]}])/g),
  ];
  const { index = 0, 0: found = '' } = values[random.below(values.length)] ?? {};
  return `${text.toString().slice(0, index)}${by}${text.toString().slice(index + found.length)}`;
}
