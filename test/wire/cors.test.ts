import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Porchlight, STRANGER, startPorchlight, USER } from './porchlight.ts';

const PAGE = { origin: 'https://intranet.example' };

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])(
  'a browser may ask for %s with a token, without one itself',
  async (method) => {
    const answer = await porchlight.send('OPTIONS', `/v1.0/users/${USER}/presence/setPresence`, {
      headers: {
        ...PAGE,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,client-request-id,sdkversion',
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-methods')?.split(', ')).toContain(method);
    expect(answer.headers.get('access-control-allow-headers')).toBe(
      'authorization,content-type,client-request-id,sdkversion',
    );
    expect(answer.headers.get('access-control-max-age')).toBe('3600');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  },
);

test.each([
  ['an answer', `/v1.0/users/${USER}/presence`, 200],
  ['an error', `/v1.0/users/${STRANGER}/presence`, 404],
])(
  '%s may be read by the page, with the headers that clients look for',
  async (_, path, status) => {
    const answer = await porchlight.as().get(path, PAGE);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    const exposed = answer.headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining([
        'request-id',
        'client-request-id',
        'retry-after',
        'porchlight-effect',
        'porchlight-stale-ms',
      ]),
    );
  },
);

test('a 401 may be read by the page too', async () => {
  const answer = await porchlight.send('GET', '/v1.0/me/presence', { headers: PAGE });
  expect(answer.status).toBe(401);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
});

test('a page may read what a batch answers', async () => {
  const answer = await porchlight.as().post('/v1.0/$batch', { requests: [] }, PAGE);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
});

test('where origins are restricted, only their pages may ask and read; every answer varies by origin', async () => {
  const restricted = await startPorchlight({ cors: /^https:\/\/intranet\.example$/ });
  const path = `/v1.0/users/${USER}/presence`;
  const preflight = { 'access-control-request-method': 'GET' };
  const allowed = async (page: Record<string, string>) => {
    const asked = await restricted.send('OPTIONS', path, { headers: { ...page, ...preflight } });
    const answered = await restricted.as().get(path, page);
    const refused = await restricted.send('GET', path, { headers: page });
    expect([answered.status, refused.status]).toEqual([200, 401]);
    for (const { headers } of [answered, refused]) expect(headers.get('vary')).toBe('Origin');
    return [asked, answered, refused].map(({ headers }) =>
      headers.get('access-control-allow-origin'),
    );
  };
  expect(await allowed(PAGE)).toEqual([PAGE.origin, PAGE.origin, PAGE.origin]);
  for (const origin of ['https://evil.example', 'https://intranet.example.evil.example', 'null']) {
    expect(await allowed({ origin })).toEqual([null, null, null]);
  }
  await restricted.close();
});
