import { READ_PHOTO } from '../../../auth/permissions.ts';
import { checkOptions } from '../../page.ts';
import type { Route } from '../../route.ts';
import { checkSize, imageNotFound, photoPaths, sizedPhotoPaths } from './photo-paths.ts';
import { type DirectoryServices, knownUser, nobody } from './services.ts';

/** Source: Graph, "Get profilePhoto": the photo. */
export function getPhotoValue(services: DirectoryServices): Route {
  return {
    operation: 'getPhotoValue',
    summary: "Get a user's photo",
    method: 'GET',
    paths: [...photoPaths('/$value'), ...sizedPhotoPaths('/$value')],
    access: READ_PHOTO,
    imageResult: ['image/jpeg', 'image/png', 'image/gif'],
    nobody,
    async handle(call) {
      const { caller, query, headers } = call;
      checkOptions(query, []);
      checkSize(call);
      const { id: userId } = knownUser(services, call);
      const photo = await services.photos.read({ tenantId: caller.tenantId, userId });
      if (photo === undefined) throw imageNotFound();
      // A browser may keep it, and asks each time whether it still is the one.
      const caching = { etag: photo.etag, 'cache-control': 'private, no-cache' };
      if (isAmong(headers?.['if-none-match'], photo.etag)) return { status: 304, headers: caching };
      return {
        status: 200,
        headers: {
          'content-type': photo.mediaType,
          // It was uploaded by somebody: whatever else it may look like, it is an image.
          'x-content-type-options': 'nosniff',
          ...caching,
        },
        body: photo.bytes,
      };
    },
  };
}

/** RFC 9110, section 13.1.2: compared weakly. */
function isAmong(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
