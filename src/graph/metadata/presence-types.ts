import { complexType, contained, entityType, property } from './terms.ts';

/** Presence, subscriptions, and what other types are made of. */
export const PRESENCE_TYPES = `
${complexType('dateTimeTimeZone', property('dateTime', 'Edm.String', false), property('timeZone', 'Edm.String'))}
${complexType('itemBody', property('content', 'Edm.String'), property('contentType', 'Edm.String'))}
${complexType('outOfOfficeSettings', property('isOutOfOffice', 'Edm.Boolean'), property('message', 'Edm.String'))}
${complexType('presenceStatusMessage', property('message', 'graph.itemBody'), property('publishedDateTime', 'Edm.DateTimeOffset'), property('expiryDateTime', 'graph.dateTimeTimeZone'))}
${complexType('userWorkLocation', property('source', 'Edm.String', false), property('workLocationType', 'Edm.String', false), property('placeId', 'Edm.String'))}
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key>${property('id', 'Edm.String', false)}</EntityType>
${entityType(
  'presence',
  property('availability', 'Edm.String'),
  property('activity', 'Edm.String'),
  property('outOfOfficeSettings', 'graph.outOfOfficeSettings'),
  property('sequenceNumber', 'Edm.String'),
  property('statusMessage', 'graph.presenceStatusMessage'),
  property('workLocation', 'graph.userWorkLocation'),
)}
${entityType(
  'subscription',
  property('resource', 'Edm.String', false),
  property('applicationId', 'Edm.String'),
  property('changeType', 'Edm.String', false),
  property('clientState', 'Edm.String'),
  property('notificationUrl', 'Edm.String', false),
  property('notificationQueryOptions', 'Edm.String'),
  property('lifecycleNotificationUrl', 'Edm.String'),
  property('expirationDateTime', 'Edm.DateTimeOffset', false),
  property('creatorId', 'Edm.String'),
  property('includeResourceData', 'Edm.Boolean'),
  property('latestSupportedTlsVersion', 'Edm.String'),
  property('encryptionCertificate', 'Edm.String'),
  property('encryptionCertificateId', 'Edm.String'),
  property('notificationUrlAppId', 'Edm.String'),
)}
${entityType('cloudCommunications', contained('presences', 'Collection(graph.presence)'))}`;
