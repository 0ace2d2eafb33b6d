import { READ_PHOTO } from '../../../auth/permissions.ts';
import { checkOptions } from '../../page.ts';
import { json, type Route } from '../../route.ts';
import { checkSize, imageNotFound, photoPaths, sizedPhotoPaths } from './photo-paths.ts';
import { type DirectoryServices, knownUser, nobody } from './services.ts';
import { photoSchema } from './user-schema.ts';

/** Source: Graph, "Get profilePhoto": the metadata. */
export function getPhoto(services: DirectoryServices): Route {
  return {
    operation: 'getPhoto',
    summary: "Get size and kind of a user's photo",
    method: 'GET',
    paths: [...photoPaths(), ...sizedPhotoPaths()],
    access: READ_PHOTO,
    result: photoSchema,
    nobody,
    async handle(call) {
      const { caller, query, origin, version } = call;
      checkOptions(query, []);
      checkSize(call);
      const { id: userId } = knownUser(services, call);
      const photo = await services.photos.read({ tenantId: caller.tenantId, userId });
      if (photo === undefined) throw imageNotFound();
      const { mediaType, etag, width, height } = photo;
      return json(
        JSON.stringify({
          '@odata.context': `${origin}/${version}/$metadata#users('${userId}')/photo/$entity`,
          '@odata.mediaContentType': mediaType,
          '@odata.mediaEtag': etag,
          id: `${width}x${height}`,
          width,
          height,
        }),
      );
    },
  };
}
