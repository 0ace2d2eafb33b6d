import Type from 'typebox';
import { bodySchema, nullable } from '../body.ts';

const optionalText = (description: string) => Type.Optional(nullable(Type.String({ description })));

const ignored = { description: 'Told by the server; ignored in a request.' };

/** What the server says of a subscription, and clients may send back. */
const readOnly = {
  id: Type.Optional(Type.Unknown(ignored)),
  applicationId: Type.Optional(Type.Unknown(ignored)),
  creatorId: Type.Optional(Type.Unknown(ignored)),
};

const fixed = () => Type.Optional(Type.Unknown({ description: "Can't be changed." }));

const EXPIRATION =
  'ISO 8601 with a zone; at most 60 minutes ahead (7 days in profile extended), raised to 45 where it is less.';

const certificate = {
  encryptionCertificate: optionalText(
    'The public part of an X.509 certificate with an RSA key, base64.',
  ),
  encryptionCertificateId: optionalText('What the certificate is called: 128 characters at most.'),
};

/** The body that creates a subscription. */
export const creationSchema = bodySchema({
  changeType: Type.String({ description: 'updated' }),
  notificationUrl: Type.String({
    description: 'Answers a validation request before anything else.',
  }),
  resource: Type.String({
    description: "communications/presences/{id}, or ?$filter=id in ('{id}','{id}')",
  }),
  expirationDateTime: Type.String({ description: EXPIRATION }),
  lifecycleNotificationUrl: optionalText('Required for more than 60 minutes.'),
  clientState: optionalText('Comes with each notification: 128 characters at most.'),
  includeResourceData: Type.Optional(nullable(Type.Boolean())),
  ...certificate,
  latestSupportedTlsVersion: optionalText('v1_0, v1_1, v1_2 or v1_3; v1_2 by default.'),
  notificationQueryOptions: optionalText('Kept and given back.'),
  notificationUrlAppId: optionalText('Kept and given back.'),
  ...readOnly,
});

/** The body that changes a subscription; the fields that can't be are here to be refused by name. */
export const renewalSchema = bodySchema({
  expirationDateTime: optionalText(EXPIRATION),
  notificationUrl: optionalText('Validated anew.'),
  ...certificate,
  changeType: fixed(),
  resource: fixed(),
  lifecycleNotificationUrl: fixed(),
  clientState: fixed(),
  includeResourceData: fixed(),
  latestSupportedTlsVersion: fixed(),
  notificationQueryOptions: fixed(),
  notificationUrlAppId: fixed(),
  ...readOnly,
});

/** Graph's subscription resource, as answers carry it; for the documents, not for checking. */
export const subscriptionSchema = Type.Object({
  id: Type.String(),
  resource: Type.String(),
  applicationId: Type.String(),
  changeType: Type.String(),
  clientState: nullable(Type.String({ description: 'In the answer to its creation alone.' })),
  notificationUrl: Type.String(),
  notificationQueryOptions: nullable(Type.String()),
  lifecycleNotificationUrl: nullable(Type.String()),
  expirationDateTime: Type.String({ format: 'date-time' }),
  creatorId: Type.String({ description: "The signed-in user, or the application's id." }),
  includeResourceData: nullable(Type.Boolean()),
  latestSupportedTlsVersion: nullable(Type.String()),
  encryptionCertificate: nullable(Type.String()),
  encryptionCertificateId: nullable(Type.String()),
  notificationUrlAppId: nullable(Type.String()),
});

export const subscriptionsSchema = Type.Object({ value: Type.Array(subscriptionSchema) });
