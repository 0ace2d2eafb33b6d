import { WRITE_PHOTO } from '../../../auth/permissions.ts';
import { NO_CONTENT, type Route } from '../../route.ts';
import { imageNotFound, photoPaths } from './photo-paths.ts';
import { type DirectoryServices, knownUser, nobody } from './services.ts';

/** Source: Graph, "Delete profilePhoto". Of a photo that the tenant file names, there is nothing to delete. */
export function deletePhoto(services: DirectoryServices): Route {
  return {
    operation: 'deletePhoto',
    summary: "Remove a user's photo",
    method: 'DELETE',
    paths: photoPaths('/$value'),
    access: WRITE_PHOTO,
    success: 204,
    nobody,
    async handle(call) {
      const { id: userId } = knownUser(services, call);
      const removed = await services.photos.remove({ tenantId: call.caller.tenantId, userId });
      if (!removed) throw imageNotFound();
      return NO_CONTENT;
    },
  };
}
