import { WRITE_PHOTO } from '../../../auth/permissions.ts';
import { invalidArgument } from '../../../graph/error.ts';
import { imageOf } from '../../../graph/image.ts';
import { DONE, type Route } from '../../route.ts';
import { photoPaths } from './photo-paths.ts';
import { type DirectoryServices, knownUser, nobody } from './services.ts';

const TYPES = ['image/jpeg', 'image/png'];

/** Source: Graph, "Update profilePhoto". */
export function updatePhoto(services: DirectoryServices): Route {
  return {
    operation: 'updatePhoto',
    summary: "Set a user's photo",
    method: 'PUT',
    paths: photoPaths('/$value'),
    access: WRITE_PHOTO,
    imageBody: TYPES,
    nobody,
    async handle(call) {
      const { id: userId } = knownUser(services, call);
      const bytes = call.body as Buffer;
      if (!TYPES.includes(imageOf(bytes)?.mediaType ?? '')) {
        throw invalidArgument('[Photo]: is no JPEG or PNG, whatever its Content-Type says.');
      }
      await services.photos.write({ tenantId: call.caller.tenantId, userId }, bytes);
      return DONE;
    },
  };
}
