import { readFileSync } from 'node:fs';
import { createDirectory } from '../../../src/directory/fixed.ts';
import {
  type Answer,
  COLLEAGUE,
  OTHER_TENANT,
  type Porchlight,
  STRANGER,
  TENANT,
  type TokenOptions,
  USER,
  USER_NAME,
} from '../porchlight.ts';

/** One who is deactivated. */
export const GONE = '0bce3bb6-c269-482d-8a0f-f3286d1af99f';

export const MIRA = {
  id: USER,
  userPrincipalName: USER_NAME,
  displayName: 'Mira Sandoval',
  givenName: 'Mira',
  surname: 'Sandoval',
  mail: 'mira.sandoval@contoso.example',
  jobTitle: 'Lighting designer',
  groups: ['Design'],
};

export const PEOPLE = new Map([
  [
    TENANT,
    [
      MIRA,
      { id: COLLEAGUE, userPrincipalName: 'adam@contoso.example', displayName: 'Adam Quist' },
      { id: GONE, displayName: 'Émile Sørensen', jobTitle: 'Cook', isActive: false },
    ],
  ],
  [OTHER_TENANT, [{ id: STRANGER, displayName: 'Mirabel Elsewhere' }]],
]);

export const directory = createDirectory('open', PEOPLE);

/** A token that may read everything of everybody. */
export const READER: TokenOptions = { permissions: ['User.Read.All'] };

export const PNG = readFileSync('examples/photos/ada.png');
export const OTHER_PNG = readFileSync('examples/photos/bruno.png');

/** An application that reads and writes photos. */
export const PHOTOGRAPHER: TokenOptions = { permissions: ['ProfilePhoto.ReadWrite.All'] };

export interface Bytes {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
}

/** Answers that are no text. */
export async function getBytes(
  { origin, token }: Porchlight,
  path: string,
  by: TokenOptions,
  headers: Readonly<Record<string, string>> = {},
): Promise<Bytes> {
  const authorization = `Bearer ${await token(by)}`;
  const response = await fetch(origin + path, { headers: { authorization, ...headers } });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** Sends bytes. */
export async function putBytes(
  { origin, token }: Porchlight,
  path: string,
  by: TokenOptions,
  bytes: Buffer,
  type: string | undefined = 'image/png',
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${await token(by)}`,
      ...(type !== '' && { 'content-type': type }),
    },
    body: new Uint8Array(bytes),
  });
  const text = await response.text();
  const body = text.startsWith('{') ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, body };
}

/** The values of one property in a list's answer. */
export function valuesOf({ body }: Answer, property = 'displayName'): unknown[] {
  const { value } = body as { value: readonly Record<string, unknown>[] };
  return value.map((each) => each[property]);
}
