import Type from 'typebox';
import { nullable } from '../../body.ts';

const text = () => nullable(Type.String());

/** Graph's user resource, as answers carry it without `$select`; for the documents, not for checking. */
export const userSchema = Type.Object({
  businessPhones: Type.Array(Type.String()),
  displayName: text(),
  givenName: text(),
  jobTitle: text(),
  mail: text(),
  mobilePhone: text(),
  officeLocation: text(),
  preferredLanguage: text(),
  surname: text(),
  userPrincipalName: text(),
  id: Type.String({ description: 'Object id.' }),
});

export const usersSchema = Type.Object({
  value: Type.Array(userSchema),
  '@odata.count': Type.Optional(Type.Integer()),
  '@odata.nextLink': Type.Optional(Type.String()),
});

/** Graph's profilePhoto resource; for the documents. */
export const photoSchema = Type.Object({
  id: Type.String({ description: '48x48' }),
  width: Type.Integer(),
  height: Type.Integer(),
  '@odata.mediaContentType': Type.String(),
  '@odata.mediaEtag': Type.String(),
});
