import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { type Image, imageOf, imageType, LARGEST_IMAGE_BYTES } from '../graph/image.ts';
import { jsonOf } from '../store/document-json.ts';
import { StoreUnusable } from '../store/errors.ts';
import type { PresenceStore, UserKey } from '../store/store.ts';
import type { UserDirectory } from './directory.ts';

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

/** The one photo there is of a user. */
const PHOTO = 'photo';

const stored = Compile(Type.Object({ format: Type.Literal(FORMAT), base64: Type.String() }));

/** A user's photo. */
export interface Photo extends Image {
  readonly bytes: Buffer;
  /** Another one for other bytes; in quotes, as HTTP writes entity tags. */
  readonly etag: string;
}

/** Photos of users: those that were uploaded, and where there is none, those of the tenant file. */
export interface Photos {
  /** Undefined where there is none. @throws StoreUnavailable */
  read(user: UserKey): Promise<Photo | undefined>;
  /** Resolves when it survives a crash. @throws StoreUnavailable */
  write(user: UserKey, bytes: Buffer): Promise<void>;
  /** Forgets an uploaded photo; whether there was one. @throws StoreUnavailable */
  remove(user: UserKey): Promise<boolean>;
}

export interface PhotosParts {
  readonly store: PresenceStore;
  readonly directory: Pick<UserDirectory, 'photoFile'>;
  /** Told of a photo that can't be read, and is passed over. */
  readonly onError: (error: unknown) => void;
}

export function createPhotos({ store, directory, onError }: PhotosParts): Photos {
  const documentsOf = (user: UserKey) => store.documentsOf(store.partitionOf(user));

  async function textOf(user: UserKey): Promise<string | undefined> {
    return (await documentsOf(user).all(photoCollection(user))).get(PHOTO);
  }

  async function uploaded(user: UserKey): Promise<Photo | undefined> {
    const text = await textOf(user);
    if (text === undefined) return undefined;
    try {
      return photoOf(bytesOf(user, text));
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  async function listed({ tenantId, userId }: UserKey): Promise<Photo | undefined> {
    const path = directory.photoFile(tenantId, userId);
    if (path === undefined) return undefined;
    try {
      const bytes = await readFile(path);
      return bytes.length > LARGEST_IMAGE_BYTES ? undefined : photoOf(bytes);
    } catch (error) {
      // It was there when the list was read.
      onError(error);
      return undefined;
    }
  }

  return {
    read: async (user) => (await uploaded(user)) ?? listed(user),

    async write(user, bytes) {
      const text = JSON.stringify({ format: FORMAT, base64: bytes.toString('base64') });
      await documentsOf(user).write([{ collection: photoCollection(user), id: PHOTO, text }]);
    },

    async remove(user) {
      if ((await textOf(user)) === undefined) return false;
      const edit = { collection: photoCollection(user), id: PHOTO, text: undefined };
      await documentsOf(user).write([edit]);
      return true;
    },
  };
}

/** With everything else that is the user's own, in their partition. */
export function photoCollection({ tenantId, userId }: UserKey): string {
  return `photo ${tenantId} ${userId}`;
}

/** @throws StoreUnusable when the document isn't a photo's */
function bytesOf(user: UserKey, text: string): Buffer {
  const place = `${photoCollection(user)}/${PHOTO}`;
  const value = jsonOf(text);
  if (stored.Check(value)) return Buffer.from(value.base64, 'base64');
  throw new StoreUnusable('StoreDamaged', place, 'is no photo, or one of a newer Porchlight.');
}

/** An image that doesn't say how large it is goes as Graph does it: 1 by 1. Undefined for what is no image. */
function photoOf(bytes: Buffer): Photo | undefined {
  const mediaType = imageType(bytes);
  if (mediaType === undefined) return undefined;
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { ...(imageOf(bytes) ?? { mediaType, width: 1, height: 1 }), bytes, etag };
}
