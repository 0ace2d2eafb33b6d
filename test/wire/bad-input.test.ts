import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ARRIVAL_LIMITS } from '../../src/http/listen.ts';
import { exampleRoutes } from '../http/routes.ts';
import { EXAMPLE_BODIES, exampleRequests } from './examples.ts';
import {
  APP,
  AUDIENCE,
  COLLEAGUE,
  expectError,
  type Porchlight,
  preferred,
  START,
  STRANGER,
  session,
  startPorchlight,
  TENANT,
  USER,
} from './porchlight.ts';
import { openRaw, openRawSocket, type RawAnswer, rawRequest, sendRaw } from './raw.ts';

const SET = `/v1.0/users/${USER}/presence/setPresence`;
const BULK = '/v1.0/communications/getPresencesByUserId';
const SAY = `/v1.0/users/${USER}/presence/setStatusMessage`;
const MEGABYTE = 1024 * 1024;

const QUICK = {
  headersTimeout: 100,
  requestTimeout: 200,
  keepAliveTimeout: 1000,
  connectionsCheckingInterval: 20,
  lingerTimeout: 50,
};

let porchlight: Porchlight;
let before: string;
beforeAll(async () => {
  porchlight = await startPorchlight();
  await porchlight.as().post(SET, session('Available/Available', 'PT4H'));
  before = await porchlight.kept();
});

// Whatever came: nothing has changed, nothing was our fault, and the server still serves.
afterEach(async () => {
  porchlight.clock.set(START);
  expect(await porchlight.kept()).toBe(before);
  expect(porchlight.logged).toEqual([]);
  expect(await porchlight.shown()).toBe('Available/Available');
});
afterAll(() => porchlight.close());

/** Expects Graph's envelope in what came over a bare socket. */
function expectRawError(answer: RawAnswer, status: number, code: string): string {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  const { error } = JSON.parse(answer.text) as { error: { code: string; message: string } };
  expect(error).toEqual({
    code,
    message: expect.stringMatching(/\S/),
    innerError: {
      date: '2026-11-21T09:00:00',
      'request-id': answer.headers.get('request-id'),
      'client-request-id': answer.headers.get('client-request-id'),
    },
  });
  return error.message;
}

describe('bodies', () => {
  test.each([
    '{',
    '}',
    'null,',
    '{"sessionId":}',
    "{'sessionId':'x'}",
    '{"a":1,}',
    '[1,2',
    '"unfinished',
    'undefined',
    'NaN',
    '{"a":01}',
    '\ufeff{}',
    '{"a":"\u0001"}',
    'sessionId=x&availability=Busy',
    '<presence/>',
    '{} {}',
  ])('%j is no JSON: 400', async (body) => {
    const answer = await porchlight.as().post(SET, body);
    expect(expectError(answer, 400, 'BadRequest')).toMatch(/^The request body is not JSON: /);
  });

  test.each([
    ['a megabyte of [', '['.repeat(MEGABYTE)],
    ['a megabyte of {"a":', '{"a":'.repeat(MEGABYTE / 5)],
  ])('%s is refused at once', async (_, body) => {
    const startMs = performance.now();
    expectError(await porchlight.as().post(SET, body), 400, 'BadRequest');
    expect(performance.now() - startMs).toBeLessThan(1000);
  });

  test.each([
    ['half a million nested arrays', '['.repeat(500_000) + ']'.repeat(500_000)],
    ['a hundred thousand nested objects', `${'{"a":'.repeat(100_000)}0${'}'.repeat(100_000)}`],
    ['deep nesting in a field', `{"sessionId":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
    [
      'a hundred thousand unknown fields',
      JSON.stringify(
        Object.fromEntries(Array.from({ length: 60_000 }, (_, index) => [`f${index}`, 0])),
      ),
    ],
    ['a hundred thousand wrong ids', JSON.stringify({ ids: new Array(200_000).fill(0) })],
  ])('%s, well-formed, is refused at once', async (_, body) => {
    const startMs = performance.now();
    for (const path of [SET, BULK, '/v1.0/$batch']) {
      expectError(await porchlight.as().post(path, body), 400, 'InvalidArgument');
    }
    expect(performance.now() - startMs).toBeLessThan(3000);
  });

  test.each([
    ['a byte that UTF-8 hasn’t', [0xff]],
    ['a cut-off character', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half of a surrogate pair', [0xed, 0xa0, 0x80]],
  ])('%s is no UTF-8: 400', async (_, bytes) => {
    const body = Buffer.concat([
      Buffer.from('{"statusMessage":{"message":{"content":"'),
      Buffer.from(bytes),
      Buffer.from('"}}}'),
    ]);
    const head = rawRequest(`POST ${SAY}`, {
      Authorization: `Bearer ${await porchlight.token()}`,
      'Content-Type': 'application/json',
      'Content-Length': String(body.length),
    });
    const answer = await sendRaw(porchlight.origin, [head, body]);
    expect(expectRawError(answer, 400, 'BadRequest')).toBe('The request body is not UTF-8.');
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'json',
    'image/png',
  ])('the content type %s is 415', async (type) => {
    const answer = await porchlight
      .as()
      .post(SET, session('Busy/InACall'), { 'content-type': type });
    expect(expectError(answer, 415, 'UnsupportedMediaType')).toContain('application/json');
  });

  test('a body without a content type is 415', async () => {
    const body = JSON.stringify(session('Busy/InACall'));
    const answer = await sendRaw(porchlight.origin, [
      rawRequest(
        `POST ${SET}`,
        {
          Authorization: `Bearer ${await porchlight.token()}`,
          'Content-Length': String(body.length),
        },
        body,
      ),
    ]);
    expectRawError(answer, 415, 'UnsupportedMediaType');
  });

  test('a body of more than a megabyte is 413, by its announced length and by its real one', async () => {
    const head = {
      Authorization: `Bearer ${await porchlight.token()}`,
      'Content-Type': 'application/json',
    };
    // Announced: refused before a byte of it came.
    const announced = await sendRaw(porchlight.origin, [
      rawRequest(`POST ${SET}`, { ...head, 'Content-Length': String(MEGABYTE + 1) }),
    ]);
    expect(expectRawError(announced, 413, 'PayloadTooLarge')).toContain('1048576 bytes');
    const chunk = `8000\r\n${' '.repeat(0x8000)}\r\n`;
    const chunked = await sendRaw(porchlight.origin, [
      rawRequest(`POST ${SET}`, { ...head, 'Transfer-Encoding': 'chunked' }),
      chunk.repeat(33),
    ]);
    expectRawError(chunked, 413, 'PayloadTooLarge');
  });

  test('a body of just a megabyte is read', async () => {
    const body = JSON.stringify({ ids: [] }).padEnd(MEGABYTE, ' ');
    expect((await porchlight.as().post(BULK, body)).status).toBe(200);
  });
});

describe('fields', () => {
  const WRONG_TYPES: readonly unknown[] = [0, 1.5, true, [], ['x'], {}, { a: 1 }];

  /** Every field of an example body, as a path into it: `StatusMessage.Message.Content`. */
  function fieldsOf(value: object, path: readonly string[] = []): (readonly string[])[] {
    return Object.entries(value).flatMap(([name, inner]) => [
      [...path, name],
      ...(typeof inner === 'object' && !Array.isArray(inner)
        ? fieldsOf(inner, [...path, name])
        : []),
    ]);
  }

  function withField(
    body: object,
    [name = '', ...rest]: readonly string[],
    value: unknown,
  ): object {
    const inner = (body as Record<string, unknown>)[name];
    return { ...body, [name]: rest.length === 0 ? value : withField(inner as object, rest, value) };
  }

  /** One request for each operation that has a body. */
  const written = exampleRequests(exampleRoutes()).filter(
    ({ body, me, operation }, index, all) =>
      body !== undefined &&
      !me &&
      all.findIndex((each) => each.operation === operation && !each.me) === index,
  );

  test.each(written.map((each) => [each.operation, each] as const))(
    '%s refuses every wrong type of every field, and names the field',
    async (_, { method, path, body = {} }) => {
      const token = await porchlight.token();
      for (const field of fieldsOf(body)) {
        const current = field.reduce<unknown>(
          (value, name) => (value as Record<string, unknown>)[name],
          body,
        );
        for (const wrong of [...WRONG_TYPES, 'text']) {
          if (typeof wrong === typeof current && Array.isArray(wrong) === Array.isArray(current)) {
            continue;
          }
          const answer = await porchlight.send(method, `/v1.0${path}`, {
            token,
            body: withField(body, field, wrong),
          });
          const message = expectError(answer, 400, 'InvalidArgument');
          const named = field.map((name) => name.charAt(0).toUpperCase() + name.slice(1)).join('.');
          expect(message, `${path} ${JSON.stringify(wrong)}`).toContain(`[${named}`);
        }
      }
    },
  );

  test.each(written.map((each) => [each.operation, each] as const))(
    '%s refuses a field it doesn’t know, and names it',
    async (_, { method, path, body = {} }) => {
      const token = await porchlight.token();
      for (const name of ['mood', 'Availability', '__proto__', 'constructor', 'toString', '']) {
        const more = `${JSON.stringify(body).slice(0, -1)}${Object.keys(body).length > 0 ? ',' : ''}${JSON.stringify(name)}:"x"}`;
        const answer = await porchlight.send(method, `/v1.0${path}`, { token, body: more });
        expect(expectError(answer, 400, 'InvalidArgument')).toBe(
          `[${name}]: This field is not known here.`,
        );
      }
    },
  );

  test.each(written.map((each) => [each.operation, each] as const))(
    '%s refuses a body that is no object',
    async (_, { method, path }) => {
      const token = await porchlight.token();
      for (const body of ['[]', '"text"', '1', 'true', 'null', '[{}]']) {
        const answer = await porchlight.send(method, `/v1.0${path}`, { token, body });
        expectError(answer, 400, 'InvalidArgument');
      }
    },
  );

  test('OData annotations are let pass', async () => {
    const body = { '@odata.type': '#microsoft.graph.presence', 'ids@odata.type': 'x', ids: [] };
    expect((await porchlight.as().post(BULK, body)).status).toBe(200);
  });

  test('null stands for a required field no better than nothing', async () => {
    for (const field of ['sessionId', 'availability', 'activity']) {
      const body = { ...session('Busy/InACall'), [field]: null };
      expectError(await porchlight.as().post(SET, body), 400, 'InvalidArgument');
    }
    expectError(await porchlight.as().post(BULK, { ids: null }), 400, 'InvalidArgument');
    expectError(await porchlight.as().post(SAY, { statusMessage: null }), 400, 'InvalidArgument');
  });

  test('an unsupported pair is refused with the list of the supported', async () => {
    const message = expectError(
      await porchlight.as().post(SET, session('Busy/InAMeeting')),
      400,
      'InvalidArgument',
    );
    expect(message).toContain(
      'Busy/InAMeeting is not supported here. Supported: Available/Available,',
    );
  });

  test.each(['PT4M', 'PT5H', 'soon', 'P1Y', 'PT999999999999S', 'PT-5M', '∞'])(
    'the duration %s is refused, and named',
    async (duration) => {
      const answer = await porchlight.as().post(SET, session('Busy/InACall', duration));
      expect(expectError(answer, 400, 'InvalidArgument')).toContain('[ExpirationDuration]');
    },
  );

  test('651 ids are refused', async () => {
    const answer = await porchlight.as().post(BULK, { ids: new Array(651).fill(USER) });
    expectError(answer, 400, 'InvalidArgument');
  });

  test('an id of 257 characters is refused', async () => {
    const answer = await porchlight.as().post(BULK, { ids: ['x'.repeat(257)] });
    expectError(answer, 400, 'InvalidArgument');
  });

  test('an unknown session is 404', async () => {
    const clear = `/v1.0/users/${USER}/presence/clearPresence`;
    for (const sessionId of ['', 'nobody’s', 'x'.repeat(10_000), '\u0000', '__proto__']) {
      expectError(await porchlight.as().post(clear, { sessionId }), 404, 'NotFound');
    }
    expectError(
      await porchlight.as().delete(`/beta/users/${COLLEAGUE}/presence/sessions/${APP}`),
      404,
      'NotFound',
    );
  });

  test('half of a surrogate pair in a status message is refused: no store could keep it', async () => {
    for (const half of ['\\ud800', 'x\\udfff', '\\udc00\\ud800', '\\ud83d\\ud83d']) {
      const answer = await porchlight
        .as()
        .post(SAY, `{"statusMessage":{"message":{"content":"${half}"}}}`);
      expect(expectError(answer, 400, 'InvalidArgument')).toContain(
        '[StatusMessage.Message.Content]',
      );
    }
  });

  test('half of a surrogate pair anywhere else is refused, and answered in well-formed JSON', async () => {
    for (const [path, body] of [
      [SET, `{"sessionId":"\\ud800","availability":"Busy","activity":"InACall"}`],
      [
        SET,
        `{"sessionId":"${APP}","availability":"\\ud800","activity":"${'x'.repeat(63)}\\ud83d\\ude00"}`,
      ],
      [SET, `{"\\ud800":1}`],
    ] as const) {
      expectError(await porchlight.as().post(path, body), 400, 'InvalidArgument');
    }
    const { status, text } = await porchlight.as().post(BULK, '{"ids":["\\ud800"]}');
    expect(status).toBe(200);
    expect(text).toContain('"id":"\\ud800"');
  });
});

describe('tokens', () => {
  const nowS = Date.parse('2026-11-21T09:00:00Z') / 1000;
  const claims = {
    tid: TENANT,
    azp: APP,
    roles: ['Presence.ReadWrite.All'],
    iss: `https://issuer.example/${TENANT}/v2.0`,
    aud: AUDIENCE,
    exp: nowS + 3600,
  };
  const withClaims = (changed: object) => porchlight.token({ claims: { ...claims, ...changed } });
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each<[name: string, token: () => Promise<string> | string, message: RegExp]>([
    [
      'expired',
      () => withClaims({ exp: nowS }),
      /^The token expired at 2026-11-21T09:00:00\.000Z\.$/,
    ],
    ['not valid yet', () => withClaims({ nbf: nowS + 60 }), /not valid before 2026-11-21T09:01:00/],
    ['without an end', () => withClaims({ exp: undefined }), /has no exp/],
    ['unsigned', () => new UnsecuredJWT(claims).encode(), /is not signed/],
    [
      'signed with somebody else’s key',
      () => porchlight.token({ forged: true }),
      /signature is not one of/,
    ],
    [
      'signed with a secret anybody could know',
      () => new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32)),
      /is signed with "HS256"/,
    ],
    [
      'for another audience',
      () => withClaims({ aud: 'https://elsewhere.example' }),
      /audience is "https:\/\/elsewhere\.example"/,
    ],
    ['for no audience', () => withClaims({ aud: undefined }), /has no aud/],
    [
      'of an unknown issuer',
      () => withClaims({ iss: 'https://evil.example' }),
      /"https:\/\/evil\.example" is not a trusted one/,
    ],
    ['of another tenant than its issuer’s', () => withClaims({ tid: USER }), /is of tenant/],
    ['without an application', () => withClaims({ azp: undefined }), /has no azp or appid/],
    [
      'with an application that is no id',
      () => withClaims({ azp: 'porch' }),
      /azp is "porch", which is not a GUID/,
    ],
    ['that is no token', () => 'xyz', /not a well-formed JSON Web Token/],
    ['of three dots', () => '...', /not a well-formed JSON Web Token/],
    [
      'whose payload was changed after signing',
      async () => {
        const [header, , signature] = (await porchlight.token()).split('.');
        return [header, encoded({ ...claims, roles: ['everything'] }), signature].join('.');
      },
      /signature is not one of/,
    ],
    [
      'whose signature is cut off',
      async () => (await porchlight.token()).split('.').slice(0, 2).concat('').join('.'),
      /signature is not one of|well-formed/,
    ],
  ])('a token %s is 401 with a challenge, and says why', async (_, token, message) => {
    const answer = await porchlight.send('POST', SET, {
      token: await token(),
      body: session('Busy/InACall'),
    });
    expect(expectError(answer, 401, 'InvalidAuthenticationToken')).toMatch(message);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic dXNlcjpwYXNz', 'Bearer a b', 'xyz'])(
    'the Authorization header %j is 401 with a challenge',
    async (authorization) => {
      const answer = await porchlight.send('POST', SET, {
        headers: { authorization },
        body: session('Busy/InACall'),
      });
      expectError(answer, 401, 'InvalidAuthenticationToken');
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
    },
  );

  test.each(
    exampleRequests(exampleRoutes()).map(({ method, path, body }) => [method, path, body] as const),
  )('%s %s without a token is 401', async (method, path, body) => {
    const answer = await porchlight.send(method, `/v1.0${path}`, {
      ...(body !== undefined && { body }),
    });
    expect(expectError(answer, 401, 'InvalidAuthenticationToken')).toBe('Access token is missing.');
    expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
  });

  test('without a token the body isn’t even read: not parsed, not measured, not waited for', async () => {
    for (const body of ['{', '['.repeat(MEGABYTE / 2)]) {
      const answer = await porchlight.send('POST', SET, { body });
      expectError(answer, 401, 'InvalidAuthenticationToken');
    }
    // Announced and never sent.
    const headers = { 'Content-Type': 'application/json', 'Content-Length': String(50 * MEGABYTE) };
    const answer = await sendRaw(porchlight.origin, [rawRequest(`POST ${SET}`, headers)]);
    expectRawError(answer, 401, 'InvalidAuthenticationToken');
  });

  test('a token ends with its lifetime, also when it was used before', async () => {
    const token = await porchlight.token({ claims: { exp: nowS + 60 } });
    const get = () => porchlight.send('GET', `/v1.0/users/${USER}/presence`, { token });
    expect((await get()).status).toBe(200);
    porchlight.clock.advance(59_999);
    expect((await get()).status).toBe(200);
    porchlight.clock.advance(1);
    expectError(await get(), 401, 'InvalidAuthenticationToken');
  });
});

describe('slow clients', () => {
  let quick: Porchlight;
  let keptAtFirst: string;
  beforeAll(async () => {
    quick = await startPorchlight({ limits: QUICK });
    await quick.as().post(SET, session('Available/Available', 'PT4H'));
    keptAtFirst = await quick.kept();
  });
  afterEach(async () => {
    expect(await quick.kept()).toBe(keptAtFirst);
    expect(quick.logged).toEqual([]);
    expect(await quick.shown()).toBe('Available/Available');
  });
  afterAll(() => quick.close());

  test('in production headers have 10 s, a request 15 s, a connection at rest 65 s', () => {
    expect(ARRIVAL_LIMITS).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 65_000,
      connectionsCheckingInterval: 1000,
      lingerTimeout: 1000,
    });
  });

  test.each([
    ['no byte', ''],
    ['half a request line', 'GET /v1.0/me'],
    ['headers without an end', `GET ${SET} HTTP/1.1\r\nHost: x\r\nX-Slow: `],
  ])('a client that sends %s is answered 408', async (_, sent) => {
    const answer = await sendRaw(quick.origin, [sent]);
    expect(expectRawError(answer, 408, 'RequestTimeout')).toBe(
      'The request took too long to arrive.',
    );
  });

  test('a client whose body doesn’t come is answered 408', async () => {
    const head = rawRequest(
      `POST ${SET}`,
      {
        Authorization: `Bearer ${await quick.token()}`,
        'Content-Type': 'application/json',
        'Content-Length': '100',
      },
      '{"sessionId":',
    );
    expectRawError(await sendRaw(quick.origin, [head]), 408, 'RequestTimeout');
  });

  test('a client that drips its headers is cut off all the same', async () => {
    const { socket, answer } = openRaw(quick.origin);
    socket.write('GET /v1.0/me/presence HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X-Drip: 1\r\n'), 5);
    const { status } = await answer;
    clearInterval(drip);
    expect(status).toBe(408);
  });

  test('a slow client holds nobody else up', async () => {
    const slow = Array.from({ length: 50 }, () => openRaw(quick.origin));
    for (const { socket } of slow) socket.write('POST /v1.0/$batch HTTP/1.1\r\nHost:');
    expect(await quick.shown()).toBe('Available/Available');
    const statuses = await Promise.all(slow.map(async ({ answer }) => (await answer).status));
    expect(statuses).toEqual(new Array(50).fill(408));
  });

  /** The server's end of the next connection. */
  async function acceptedBy(open: () => Socket): Promise<{ theirs: Socket; ours: Socket }> {
    const accepted = new Promise<Socket>((resolve) => {
      const note = (message: unknown) => {
        unsubscribe('net.server.socket', note);
        resolve((message as { socket: Socket }).socket);
      };
      subscribe('net.server.socket', note);
    });
    const theirs = open();
    return { theirs, ours: await accepted };
  }

  test.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['half a request', 'GET /v1.0/me'],
    ['nothing', ''],
  ])('a client that was refused for %s and doesn’t hang up is hung up on', async (_, sent) => {
    const { theirs, ours } = await acceptedBy(() => {
      const { hostname, port } = new URL(quick.origin);
      return openRawSocket(hostname, Number(port));
    });
    const closed = once(ours, 'close');
    theirs.write(sent);
    await once(theirs, 'end');
    // Our half stays open; only the server can end this.
    await closed;
    expect(ours.destroyed).toBe(true);
    theirs.destroy();
  });

  test('a client that says nothing doesn’t keep the server from closing', async () => {
    const closing = await startPorchlight({
      limits: { ...QUICK, headersTimeout: 300, requestTimeout: 300 },
    });
    const { ours, theirs } = await acceptedBy(() => {
      const { hostname, port } = new URL(closing.origin);
      return openRawSocket(hostname, Number(port));
    });
    const closed = once(ours, 'close');
    await closing.close();
    await closed;
    theirs.destroy();
  });
});

describe('requests that are none', () => {
  const head = `POST ${SET} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;

  test.each([
    ['garbage', 'garbage\r\n\r\n'],
    ['bytes', Buffer.from([0, 1, 2, 0xff, 0xfe, 13, 10, 13, 10])],
    ['a TLS handshake', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['an unknown method', `BREW ${SET} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['a header without a name', `GET ${SET} HTTP/1.1\r\n: x\r\n\r\n`],
    ['a header with a control character', `GET ${SET} HTTP/1.1\r\nX: a\u0000b\r\n\r\n`],
    ['two lengths that differ', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `],
    [
      'a length and chunks',
      `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    ['a length that is no number', `${head}Content-Length: two\r\n\r\n{}`],
    ['a negative length', `${head}Content-Length: -1\r\n\r\n{}`],
    ['a length beyond all numbers', `${head}Content-Length: 99999999999999999999999\r\n\r\n{}`],
    ['an unknown transfer encoding', `${head}Transfer-Encoding: gzip\r\n\r\n{}`],
    ['chunked, but not at the end', `${head}Transfer-Encoding: chunked, identity\r\n\r\n{}`],
    ['a chunk of no length', `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a proxy’s CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['a space in the path', 'GET /v1.0/me presence HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s is 400', async (_, sent) => {
    const answer = await sendRaw(porchlight.origin, [sent]);
    expectRawError(answer, 400, 'BadRequest');
  });

  test('a length and chunks with a good token are 400 too: nothing is smuggled', async () => {
    const smuggled = JSON.stringify(session('Busy/InACall'));
    const answer = await sendRaw(porchlight.origin, [
      `${head}Authorization: Bearer ${await porchlight.token()}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n` +
        `0\r\n\r\nPOST ${SET} HTTP/1.1\r\nHost: x\r\nContent-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    ]);
    expectRawError(answer, 400, 'BadRequest');
  });

  test('garbage behind a request that is still at work is answered after it', async () => {
    const token = await porchlight.token();
    const get = `GET /v1.0/users/${USER}/presence HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const { text } = await sendRaw(porchlight.origin, [`${get}garbage\r\n\r\n`]);
    const [first = '', second = ''] = text.split('HTTP/1.1 ');
    expect(first).toContain('"availability":"Available"');
    expect(second).toMatch(/^400 Bad Request/);
  });

  test('a body that goes wrong while its request is refused gets one answer', async () => {
    const { status, text } = await sendRaw(porchlight.origin, [
      `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n`,
    ]);
    expect(status).toBe(400);
    expect(text).not.toContain('HTTP/1.1');
  });

  test('headers of more than 32 KB are 431', async () => {
    const answer = await sendRaw(porchlight.origin, [
      `GET ${SET} HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40_000)}\r\n\r\n`,
    ]);
    expect(expectRawError(answer, 431, 'RequestHeaderFieldsTooLarge')).toBe(
      'The request headers are too large.',
    );
  });

  test('a path of more than 32 KB is 431', async () => {
    const answer = await sendRaw(porchlight.origin, [
      `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
    ]);
    expectRawError(answer, 431, 'RequestHeaderFieldsTooLarge');
  });

  test('a request that breaks off leaves nothing behind', async () => {
    const body = JSON.stringify(session('Busy/InACall'));
    const broken =
      `${head}Authorization: Bearer ${await porchlight.token()}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body.slice(0, -1)}`;
    const arrived = new Promise<void>((resolve) => {
      const note = () => {
        unsubscribe('http.server.request.start', note);
        resolve();
      };
      subscribe('http.server.request.start', note);
    });
    const { socket, answer } = openRaw(porchlight.origin);
    socket.write(broken);
    await arrived;
    socket.end();
    expectRawError(await answer, 400, 'BadRequest');
  });

  test('an expectation that nobody knows changes nothing', async () => {
    const answer = await sendRaw(porchlight.origin, [
      rawRequest('GET /healthz', { Expect: 'a miracle' }),
    ]);
    expect(answer.status).toBe(200);
  });

  test('a client without HTTP/1.1 is answered too', async () => {
    const answer = await sendRaw(porchlight.origin, ['GET /healthz HTTP/1.0\r\n\r\n']);
    expect(answer.status).toBe(200);
  });
});

describe('paths', () => {
  test.each([
    '/v1.0/users/%zz/presence',
    '/v1.0/users/%/presence',
    '/v1.0/users/%E0%A4%A/presence',
    '/v1.0/users/%C0%AF/presence',
    '/v1.0/users/%ED%A0%80/presence',
    '/%',
  ])('%s doesn’t decode: 400', async (path) => {
    const answer = await sendRaw(porchlight.origin, [
      rawRequest(`GET ${path}`, { Authorization: `Bearer ${await porchlight.token()}` }),
    ]);
    expectRawError(answer, 400, 'BadRequest');
  });

  test.each([
    '/v1.0/users/../../etc/passwd',
    '/v1.0/users/%2e%2e/presence',
    '/v1.0/users/%00/presence',
    `/v1.0/users/${'x'.repeat(301)}/presence`,
    `/v1.0/users/${'('.repeat(3000)}/presence`,
    "/v1.0/users('')/presence",
    "/v1.0/users('a')('b')/presence",
    '/v1.0/__proto__',
    '/v1.0/users/constructor/presence',
    `/v1.0/users/{${USER}}/presence`,
    `/v1.0/users/${USER}%20/presence`,
    `/v1.0/users/${USER}%0A/presence`,
  ])('there is nobody and nothing at %s: 404', async (path) => {
    const answer = await sendRaw(porchlight.origin, [
      rawRequest(`GET ${path}`, { Authorization: `Bearer ${await porchlight.token()}` }),
    ]);
    expectRawError(answer, 404, 'NotFound');
  });

  test('a part of a batch with such a path gets its own error', async () => {
    const requests = [
      '/users/%zz/presence',
      '/users/%00/presence',
      '/%',
      "/users('%')/presence",
    ].map((url, index) => ({ id: `${index}`, method: 'GET', url }));
    const { status, body } = await porchlight.as().post('/v1.0/$batch', { requests });
    expect(status).toBe(200);
    const { responses } = body as { responses: { status: number }[] };
    expect(responses.map((each) => each.status)).toEqual([400, 404, 400, 400]);
  });
});

test('every operation has an example that works, so that a refusal here is about what was wrong', async () => {
  const fresh = await startPorchlight();
  let subscription = '';
  // Its organizer may call it off, anybody else answer.
  async function newEvent(isOrganizer: boolean): Promise<string> {
    const body = { ...EXAMPLE_BODIES.createEvent, isOrganizer };
    const answer = await fresh.as().post(`/v1.0/users/${USER}/events`, body);
    return (answer.body as { id: string }).id;
  }
  for (const { method, path, body, me, operation } of exampleRequests(exampleRoutes())) {
    const delegated = me || path.startsWith('/subscriptions') || operation.endsWith('Location');
    await fresh.as().patch(`/beta/users/${USER}/presence`, preferred('Away/Away'));
    const id = path.includes('/events/') ? await newEvent(operation === 'cancel') : subscription;
    const answer = await fresh.send(method, `/v1.0${path.replace(STRANGER, id)}`, {
      token: await fresh.token(delegated ? { user: USER } : {}),
      ...(body !== undefined && { body }),
    });
    expect([200, 201, 202, 204], `${method} ${path}: ${answer.text}`).toContain(answer.status);
    if (operation === 'createSubscription') subscription = (answer.body as { id: string }).id;
    expect(operation in EXAMPLE_BODIES || body === undefined).toBe(true);
  }
  await fresh.close();
});
