import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { openLmdbStore } from '../../../src/store/lmdb/open.ts';
import {
  COLLEAGUE,
  expectError,
  type Porchlight,
  STRANGER,
  startPorchlight,
  USER,
  USER_NAME,
} from '../porchlight.ts';
import { directory, getBytes, OTHER_PNG, PHOTOGRAPHER, PNG, putBytes } from './people.ts';

let porchlight: Porchlight;
beforeEach(async () => {
  porchlight = await startPorchlight({ directory });
});
afterEach(() => porchlight.close());

const ME = { user: USER, permissions: ['User.ReadWrite'] };
const VALUE = `/v1.0/users/${USER}/photo/$value`;

describe('a photo that was put', () => {
  test('is given back byte by byte, by every address', async () => {
    const answer = await putBytes(porchlight, '/v1.0/me/photo/$value', ME, PNG);
    expect(answer).toMatchObject({ status: 200, text: '' });
    for (const path of [
      '/me/photo/$value',
      '/me/photo/%24value',
      '/me/photos/48x48/$value',
      `/users/${USER}/photo/$value`,
      `/users/${USER_NAME}/photo/$value`,
      `/users('${USER}')/photos/648x648/$value`,
    ]) {
      const { status, headers, bytes } = await getBytes(porchlight, `/v1.0${path}`, ME);
      expect(status, path).toBe(200);
      expect(headers.get('content-type')).toBe('image/png');
      expect(headers.get('content-length')).toBe(String(PNG.length));
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(bytes.equals(PNG)).toBe(true);
    }
  });

  test('has its size and kind at …/photo', async () => {
    await putBytes(porchlight, VALUE, PHOTOGRAPHER, PNG);
    const { headers } = await getBytes(porchlight, VALUE, PHOTOGRAPHER);
    for (const path of [`/users/${USER}/photo`, `/users/${USER}/photos/240x240`]) {
      const { body } = await porchlight.as(PHOTOGRAPHER).get(`/v1.0${path}`);
      expect(body).toEqual({
        '@odata.context': `${porchlight.origin}/v1.0/$metadata#users('${USER}')/photo/$entity`,
        '@odata.mediaContentType': 'image/png',
        '@odata.mediaEtag': headers.get('etag'),
        id: '120x120',
        width: 120,
        height: 120,
      });
    }
  });

  test('is not sent again to whoever has it', async () => {
    await putBytes(porchlight, VALUE, PHOTOGRAPHER, PNG);
    const { headers } = await getBytes(porchlight, VALUE, PHOTOGRAPHER);
    const etag = headers.get('etag') ?? '';
    expect(headers.get('cache-control')).toBe('private, no-cache');
    const again = await getBytes(porchlight, VALUE, PHOTOGRAPHER, {
      'if-none-match': `"other", W/${etag}`,
    });
    expect(again.status).toBe(304);
    expect(again.bytes).toHaveLength(0);
    expect(again.headers.get('etag')).toBe(etag);
    await putBytes(porchlight, VALUE, PHOTOGRAPHER, OTHER_PNG);
    const changed = await getBytes(porchlight, VALUE, PHOTOGRAPHER, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.bytes.equals(OTHER_PNG)).toBe(true);
  });

  test('goes with DELETE, and is 404 the second time', async () => {
    await putBytes(porchlight, VALUE, PHOTOGRAPHER, PNG);
    const photographer = porchlight.as(PHOTOGRAPHER);
    expect(await photographer.delete(VALUE)).toMatchObject({ status: 204, text: '' });
    expectError(await photographer.get(VALUE), 404, 'ImageNotFound');
    expectError(await photographer.delete(VALUE), 404, 'ImageNotFound');
  });

  test('is there after a restart, also one of 4 MB', async () => {
    const path = await mkdtemp(join(tmpdir(), 'porchlight-photos-'));
    onTestFinished(() => rm(path, { recursive: true }));
    const large = Buffer.concat([PNG, Buffer.alloc(4 * 1024 * 1024 - PNG.length, 7)]);
    const first = await startPorchlight({
      directory,
      parts: { store: await openLmdbStore({ path }) },
    });
    expect((await putBytes(first, VALUE, PHOTOGRAPHER, large)).status).toBe(200);
    await first.close();
    const second = await startPorchlight({
      directory,
      parts: { store: await openLmdbStore({ path }) },
    });
    const { bytes } = await getBytes(second, VALUE, PHOTOGRAPHER);
    await second.close();
    expect(bytes.equals(large)).toBe(true);
  });

  test('comes in a batch as base64 text, and goes there as such', async () => {
    const requests = [
      {
        id: 'put',
        method: 'PUT',
        url: `/users/${USER}/photo/$value`,
        headers: { 'Content-Type': 'image/png' },
        body: PNG.toString('base64'),
      },
      { id: 'get', dependsOn: ['put'], method: 'GET', url: `/users/${USER}/photo/$value` },
    ];
    const { body } = await porchlight.as(PHOTOGRAPHER).post('/v1.0/$batch', { requests });
    expect(body).toMatchObject({
      responses: [
        { id: 'put', status: 200 },
        {
          id: 'get',
          status: 200,
          headers: { 'Content-Type': 'image/png', ETag: expect.any(String) },
          body: PNG.toString('base64'),
        },
      ],
    });
  });
});

describe('in a batch', () => {
  test.each([
    ['no base64', '§', 'image/png', '[Body]: an image must be base64 text.'],
    ['an object', { a: 1 }, 'image/png', 'application/json'],
    ['of another type', 'QUJD', 'text/plain', 'application/json'],
  ])('an image that is %s is that part’s 400', async (_, image, type, reason) => {
    const part = { id: '1', method: 'PUT', url: `/users/${USER}/photo/$value` };
    const requests = [{ ...part, headers: { 'Content-Type': type }, body: image }];
    const { body } = await porchlight.as(PHOTOGRAPHER).post('/v1.0/$batch', { requests });
    const [response] = (body as { responses: { status: number; body: object }[] }).responses;
    expect(response).toMatchObject({ status: 400 });
    expect(JSON.stringify(response)).toContain(reason);
  });

  test('an image where JSON belongs is that part’s 415', async () => {
    const part = {
      id: '1',
      method: 'POST',
      url: `/users/${USER}/presence/clearPresence`,
      headers: { 'Content-Type': 'image/png' },
      body: 'QUJD',
    };
    const { body } = await porchlight.as().post('/v1.0/$batch', { requests: [part] });
    expect(body).toMatchObject({ responses: [{ status: 415 }] });
  });
});

describe('is refused:', () => {
  test.each([
    ['text', Buffer.from('hello'), 'text/plain', 415, 'UnsupportedMediaType'],
    ['no content type', PNG, '', 415, 'UnsupportedMediaType'],
    ['a GIF by its type', PNG, 'image/gif', 415, 'UnsupportedMediaType'],
    ['JSON', Buffer.from('{}'), 'application/json', 415, 'UnsupportedMediaType'],
    ['a page that says it is an image', Buffer.from('<html>'), 'image/png', 400, 'InvalidArgument'],
    [
      'a GIF that says it is a PNG',
      Buffer.from('GIF89a0000000000'),
      'image/png',
      400,
      'InvalidArgument',
    ],
    ['half an image', PNG.subarray(0, 20), 'image/png', 400, 'InvalidArgument'],
    ['nothing', Buffer.alloc(0), 'image/png', 400, 'InvalidArgument'],
    [
      'more than 4 MB',
      Buffer.concat([PNG, Buffer.alloc(4 * 1024 * 1024)]),
      'image/png',
      413,
      'PayloadTooLarge',
    ],
  ])('no photo can be made of %s', async (_, bytes, type, status, code) => {
    const answer = await putBytes(porchlight, VALUE, PHOTOGRAPHER, bytes, type);
    expectError(answer, status, code);
    expectError(await porchlight.as(PHOTOGRAPHER).get(VALUE), 404, 'ImageNotFound');
    expect(porchlight.logged).toEqual([]);
  });

  test('an image where JSON belongs', async () => {
    const path = `/v1.0/users/${USER}/presence/setPresence`;
    expectError(await putBytes(porchlight, path, {}, PNG), 415, 'UnsupportedMediaType');
  });

  test('an image for nobody', async () => {
    for (const name of [STRANGER, 'nobody@contoso.example']) {
      const path = `/v1.0/users/${name}/photo/$value`;
      expectError(
        await putBytes(porchlight, path, PHOTOGRAPHER, PNG),
        404,
        'Request_ResourceNotFound',
      );
      expectError(await porchlight.as(PHOTOGRAPHER).get(path), 404, 'Request_ResourceNotFound');
    }
  });

  test('what is no size', async () => {
    const path = `/v1.0/users/${USER}/photos/large`;
    expectError(await porchlight.as(PHOTOGRAPHER).get(path), 400, 'BadRequest');
    expectError(await porchlight.as(PHOTOGRAPHER).get(`${path}/$value`), 400, 'BadRequest');
  });
});

describe('permissions', () => {
  const WRITE_OWN = [
    'ProfilePhoto.ReadWrite',
    'ProfilePhoto.ReadWrite.All',
    'User.ReadWrite',
    'User.ReadWrite.All',
  ];
  const READ_OTHERS = [
    'ProfilePhoto.Read.All',
    'ProfilePhoto.ReadWrite.All',
    'User.ReadBasic.All',
    'User.Read.All',
    'User.ReadWrite.All',
  ];
  const READ_OWN = ['User.Read', 'User.ReadWrite', 'ProfilePhoto.ReadWrite', ...READ_OTHERS];
  const ALL = [...new Set([...READ_OWN, ...WRITE_OWN, 'Presence.Read.All'])];

  test.each<[string, string, string | undefined, readonly string[]]>([
    ['GET', '/me/photo/$value', USER, READ_OWN],
    ['GET', `/users/${USER}/photo/$value`, COLLEAGUE, READ_OTHERS],
    ['GET', `/users/${USER}/photo`, COLLEAGUE, READ_OTHERS],
    ['GET', `/users/${USER}/photo/$value`, undefined, READ_OTHERS],
    ['PUT', '/me/photo/$value', USER, WRITE_OWN],
    ['PUT', `/users/${USER}/photo/$value`, COLLEAGUE, []],
    [
      'PUT',
      `/users/${USER}/photo/$value`,
      undefined,
      ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
    ],
    ['DELETE', `/users/${USER}/photo/$value`, COLLEAGUE, []],
    [
      'DELETE',
      `/users/${USER}/photo/$value`,
      undefined,
      ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All'],
    ],
  ])('of %s %s for %s', async (method, path, user, enough) => {
    for (const permission of ALL) {
      await putBytes(porchlight, VALUE, PHOTOGRAPHER, PNG);
      const by = { permissions: [permission], ...(user !== undefined && { user }) };
      const { status } =
        method === 'GET'
          ? await getBytes(porchlight, `/v1.0${path}`, by)
          : method === 'PUT'
            ? await putBytes(porchlight, `/v1.0${path}`, by, PNG)
            : await porchlight.as(by).delete(`/v1.0${path}`);
      const success = method === 'DELETE' ? 204 : 200;
      expect(status, permission).toBe(enough.includes(permission) ? success : 403);
    }
  });
});

describe('a photo of the tenant file', () => {
  test('is the user’s until they have another one, and again when that is gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'porchlight-photos-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, 'mira.png');
    writeFileSync(path, OTHER_PNG);
    const photoFile = (_: string, id: string) => (id === USER ? path : undefined);
    const own = await startPorchlight({ directory: { ...directory, photoFile } });
    const shown = async () => (await getBytes(own, VALUE, PHOTOGRAPHER)).bytes;
    expect((await shown()).equals(OTHER_PNG)).toBe(true);
    await putBytes(own, VALUE, PHOTOGRAPHER, PNG);
    expect((await shown()).equals(PNG)).toBe(true);
    await own.as(PHOTOGRAPHER).delete(VALUE);
    expect((await shown()).equals(OTHER_PNG)).toBe(true);
    // What isn't there any more is no fault of the caller's.
    await rm(path);
    expectError(await own.as(PHOTOGRAPHER).get(VALUE), 404, 'ImageNotFound');
    expect(own.logged.join()).toContain('a photo could not be read');
    await own.close();
  });
});

test('a damaged photo is told to the log, and is none', async () => {
  const { store } = porchlight;
  const user = { tenantId: '11111111-0000-4000-8000-000000000001', userId: USER };
  await putBytes(porchlight, VALUE, PHOTOGRAPHER, PNG);
  const collection = `photo ${user.tenantId} ${USER}`;
  const documents = store.documentsOf(store.partitionOf(user));
  expect((await documents.all(collection)).size).toBe(1);
  await documents.write([{ collection, id: 'photo', text: '{"format":1}' }]);
  expectError(await porchlight.as(PHOTOGRAPHER).get(VALUE), 404, 'ImageNotFound');
  expect(porchlight.logged.join()).toContain(`${collection}/photo`);
});
