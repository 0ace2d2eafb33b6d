import { afterAll, beforeAll, expect, test } from 'vitest';
import { elements, parseXml } from '../http/xml.ts';
import { expectError, type Porchlight, startPorchlight } from './porchlight.ts';

let porchlight: Porchlight;
beforeAll(async () => {
  porchlight = await startPorchlight();
});
afterAll(() => porchlight.close());

test.each(['/v1.0/$metadata', '/beta/$metadata'])(
  'GET %s gives the CSDL without a token',
  async (path) => {
    const answer = await porchlight.send('GET', path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/xml;charset=utf-8');
    const names = elements(parseXml(answer.text), 'Action').map(
      ({ attributes }) => attributes.Name,
    );
    expect(names).toContain('setPresence');
  },
);

test('HEAD $metadata gives the headers alone', async () => {
  const answer = await porchlight.send('HEAD', '/v1.0/$metadata');
  expect(answer.status).toBe(200);
  expect(answer.text).toBe('');
});

test('the $metadata that an answer’s @odata.context points to exists', async () => {
  const { body } = await porchlight
    .as({ user: '00000000-0000-4000-8000-000000000001' })
    .get('/v1.0/me/presence');
  const context = new URL((body as Record<string, string>)['@odata.context'] ?? '');
  expect(context.origin).toBe(porchlight.origin);
  expect((await porchlight.send('GET', context.pathname)).status).toBe(200);
});

test('the metadata of an unknown version is 404', async () => {
  expectError(await porchlight.send('GET', '/v2.0/$metadata'), 404, 'NotFound');
});
