import type { Route } from '../../route.ts';
import { deletePhoto } from './delete-photo.ts';
import { getPhoto } from './get-photo.ts';
import { getPhotoValue } from './get-photo-value.ts';
import { getUser } from './get-user.ts';
import { listUsers } from './list-users.ts';
import type { DirectoryServices } from './services.ts';
import { updatePhoto } from './update-photo.ts';

/** Graph's operations on users and their photos. */
export function directoryRoutes(services: DirectoryServices): readonly Route[] {
  return [
    getUser(services),
    listUsers(services),
    getPhoto(services),
    getPhotoValue(services),
    updatePhoto(services),
    deletePhoto(services),
  ];
}
