import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseTenants, readTenantFile, TenantFileInvalid } from '../../src/auth/tenant-file.ts';

const EXAMPLE = 'examples/tenant.json';

/** The example with one value replaced, or removed if undefined; `path` as in `tenants.0.id`. */
async function exampleWith(path: string, value: unknown): Promise<unknown> {
  const json: unknown = JSON.parse(await readFile(EXAMPLE, 'utf8'));
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = json as Record<string, unknown>;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return json;
}

describe('the example tenants', () => {
  it('hold the user and the app of the documentation', async () => {
    const [contoso, fabrikam] = await readTenantFile(EXAMPLE);
    expect(contoso?.domain).toBe('contoso.example');
    expect(contoso?.users[0]?.id).toBe('fa8bf3dc-eca7-46b7-bad1-db199b62afc3');
    expect(contoso?.apps[0]?.appId).toBe('22553876-f5ab-4529-bffb-cfe50aa89f87');
    expect(contoso?.users).toHaveLength(6);
    expect(fabrikam?.users).toHaveLength(2);
  });

  it('have photos of 3 KB at most, each beside the file', async () => {
    const [contoso] = await readTenantFile(EXAMPLE);
    for (const { photo = '', userPrincipalName } of contoso?.users ?? []) {
      const [name] = userPrincipalName.split('@');
      expect(photo).toBe(resolve('examples', 'photos', `${name}.png`));
      expect((await readFile(photo)).length).toBeLessThanOrEqual(3072);
    }
  });
});

describe('a tenant file', () => {
  it('may write ids and names in any case', async () => {
    const id = 'AAAAAAAA-BBBB-4CCC-8DDD-EEEEEEEEEEEE';
    const upper = await exampleWith('tenants.0.users.0', {
      id,
      userPrincipalName: 'Ada@Contoso.Example',
      displayName: 'Ada',
    });
    const [tenant] = parseTenants(upper, EXAMPLE);
    expect(tenant?.users[0]).toEqual({
      id: id.toLowerCase(),
      userPrincipalName: 'ada@contoso.example',
      displayName: 'Ada',
    });
  });

  it.each<[string, unknown, string]>([
    ['tenants', undefined, 'the file has no tenants'],
    ['tenants', [], 'tenants must not have fewer than 1 items'],
    ['tenants.0.domain', undefined, 'tenants[0] has no domain'],
    [
      'tenants.0.domain',
      'no spaces',
      'tenants[0].domain must be a domain name such as contoso.example',
    ],
    ['tenants.0.users.1.id', '55b02b97', 'tenants[0].users[1].id must be a GUID'],
    ['tenants.0.users.1.id', 5, 'tenants[0].users[1].id must be string'],
    ['tenants.0.users.1.upn', 'x', 'tenants[0].users[1].upn is not a field known here'],
    [
      'tenants.1.users.1.userPrincipalName',
      'x',
      'tenants[1].users[1].userPrincipalName must be a user principal name such as ada@contoso.example',
    ],
    [
      'tenants.0.apps.1.roles.0',
      'a b',
      'tenants[0].apps[1].roles[0] must be a permission such as Presence.Read.All',
    ],
    [
      'tenants.0.users.0.mail',
      'ada',
      'tenants[0].users[0].mail must be an e-mail address such as ada@contoso.example',
    ],
    ['tenants.0.users.0.groups', 'Operations', 'tenants[0].users[0].groups must be array'],
    [
      'tenants.0.users.0.groups.1',
      '',
      'tenants[0].users[0].groups[1] must be text of 1 to 256 characters',
    ],
    ['tenants.0.users.0.photo', '', 'tenants[0].users[0].photo must be the path of a file'],
    [
      'tenants.1.id',
      '2F75E7FC-BF0B-44AC-82EF-9A2769953954',
      'tenants[1].id is that of tenants[0] too',
    ],
    [
      'tenants.1.users.1.userPrincipalName',
      'GWEN@fabrikam.example',
      'tenants[1].users[1].userPrincipalName is that of tenants[1].users[0] too',
    ],
    [
      'tenants.0.apps.1.appId',
      '22553876-f5ab-4529-bffb-cfe50aa89f87',
      'tenants[0].apps[1].appId is that of tenants[0].apps[0] too',
    ],
  ])('with another %s (%j) is refused by its name', async (path, value, reason) => {
    const json = await exampleWith(path, value);
    expect(() => parseTenants(json, 'mine.json')).toThrow(
      new TenantFileInvalid('mine.json', reason),
    );
  });

  it.each<[string, (dir: string) => Promise<void>, string]>([
    ['isn’t there', async () => {}, 'ENOENT'],
    ['is a folder', (dir) => mkdir(join(dir, 'ada.png')), 'EISDIR'],
    ['is no image', (dir) => writeFile(join(dir, 'ada.png'), '<svg/>'), 'is no JPEG, PNG or GIF'],
    [
      'is too large',
      async (dir) =>
        writeFile(
          join(dir, 'ada.png'),
          Buffer.concat([await readFile('examples/photos/ada.png'), Buffer.alloc(4 * 1024 * 1024)]),
        ),
      '4194304 are the most',
    ],
  ])('with a photo that %s is refused by its name', async (_, make, reason) => {
    const dir = await mkdtemp(join(tmpdir(), 'porchlight-tenants-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    await make(dir);
    const path = join(dir, 'tenants.json');
    const json = JSON.parse(await readFile(EXAMPLE, 'utf8'));
    json.tenants[0].users = [{ ...json.tenants[0].users[0], photo: 'ada.png' }];
    await writeFile(path, JSON.stringify(json));
    await expect(readTenantFile(path)).rejects.toThrow(TenantFileInvalid);
    await expect(readTenantFile(path)).rejects.toThrow(`${path}: tenants[0].users[0].photo: `);
    await expect(readTenantFile(path)).rejects.toThrow(reason);
  });

  it('that is no JSON, or not there, is refused by its path', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'porchlight-tenants-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const path = join(dir, 'tenants.json');
    await expect(readTenantFile(path)).rejects.toThrow(`${path}: ENOENT`);
    await writeFile(path, '{');
    await expect(readTenantFile(path)).rejects.toThrow(TenantFileInvalid);
  });
});
