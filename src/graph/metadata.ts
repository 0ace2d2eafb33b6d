import type { Version } from './path.ts';

const property = (name: string, type: string, nullable = true) =>
  `<Property Name="${name}" Type="${type}"${nullable ? '' : ' Nullable="false"'}/>`;

const parameter = (name: string, type: string, nullable = true) =>
  `<Parameter Name="${name}" Type="${type}"${nullable ? '' : ' Nullable="false"'}/>`;

const boundTo = (type: string) => parameter('bindingParameter', `graph.${type}`);

const boundAction = (type: string, name: string, ...parameters: string[]) =>
  `<Action Name="${name}" IsBound="true">${boundTo(type)}${parameters.join('')}</Action>`;

const action = (name: string, ...parameters: string[]) =>
  boundAction('presence', name, ...parameters);

const TYPES = `
<ComplexType Name="dateTimeTimeZone">${property('dateTime', 'Edm.String', false)}${property('timeZone', 'Edm.String')}</ComplexType>
<ComplexType Name="itemBody">${property('content', 'Edm.String')}${property('contentType', 'Edm.String')}</ComplexType>
<ComplexType Name="outOfOfficeSettings">${property('isOutOfOffice', 'Edm.Boolean')}${property('message', 'Edm.String')}</ComplexType>
<ComplexType Name="presenceStatusMessage">${property('message', 'graph.itemBody')}${property('publishedDateTime', 'Edm.DateTimeOffset')}${property('expiryDateTime', 'graph.dateTimeTimeZone')}</ComplexType>
<ComplexType Name="userWorkLocation">${property('source', 'Edm.String', false)}${property('workLocationType', 'Edm.String', false)}${property('placeId', 'Edm.String')}</ComplexType>
<EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key>${property('id', 'Edm.String', false)}</EntityType>
<EntityType Name="presence" BaseType="graph.entity">${[
  property('availability', 'Edm.String'),
  property('activity', 'Edm.String'),
  property('outOfOfficeSettings', 'graph.outOfOfficeSettings'),
  property('sequenceNumber', 'Edm.String'),
  property('statusMessage', 'graph.presenceStatusMessage'),
  property('workLocation', 'graph.userWorkLocation'),
].join('')}</EntityType>
<EntityType Name="subscription" BaseType="graph.entity">${[
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
].join('')}</EntityType>
<EntityType Name="profilePhoto" BaseType="graph.entity" HasStream="true">${property('height', 'Edm.Int32')}${property('width', 'Edm.Int32')}</EntityType>
<EntityType Name="user" BaseType="graph.entity">${[
  property('accountEnabled', 'Edm.Boolean'),
  property('businessPhones', 'Collection(Edm.String)', false),
  property('displayName', 'Edm.String'),
  property('givenName', 'Edm.String'),
  property('jobTitle', 'Edm.String'),
  property('mail', 'Edm.String'),
  property('mobilePhone', 'Edm.String'),
  property('officeLocation', 'Edm.String'),
  property('preferredLanguage', 'Edm.String'),
  property('surname', 'Edm.String'),
  property('userPrincipalName', 'Edm.String'),
].join(
  '',
)}<NavigationProperty Name="photo" Type="graph.profilePhoto" ContainsTarget="true"/><NavigationProperty Name="photos" Type="Collection(graph.profilePhoto)" ContainsTarget="true"/><NavigationProperty Name="presence" Type="graph.presence" ContainsTarget="true"/></EntityType>
<EntityType Name="cloudCommunications" BaseType="graph.entity"><NavigationProperty Name="presences" Type="Collection(graph.presence)" ContainsTarget="true"/></EntityType>`;

const PAIR = [
  parameter('availability', 'Edm.String', false),
  parameter('activity', 'Edm.String', false),
];

const LIFETIME = parameter('expirationDuration', 'Edm.Duration');

const ACTIONS = [
  action('setPresence', parameter('sessionId', 'Edm.String'), ...PAIR, LIFETIME),
  action('clearPresence', parameter('sessionId', 'Edm.String')),
  action('setUserPreferredPresence', ...PAIR, LIFETIME),
  action('clearUserPreferredPresence'),
  action('setStatusMessage', parameter('statusMessage', 'graph.presenceStatusMessage')),
  boundAction('subscription', 'reauthorize'),
  `<Action Name="getPresencesByUserId" IsBound="true">${boundTo('cloudCommunications')}${parameter('ids', 'Collection(Edm.String)', false)}<ReturnType Type="Collection(graph.presence)" Nullable="false"/></Action>`,
].join('\n');

/** The CSDL of what exists here: a part of Graph's own, so that generators and OData clients find it. */
export function metadataXml(version: Version): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx">
<edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<Annotation Term="Org.OData.Core.V1.SchemaVersion" String="${version}"/>${TYPES}
${ACTIONS}
<EntityContainer Name="GraphService">
<EntitySet Name="users" EntityType="graph.user"/>
<EntitySet Name="subscriptions" EntityType="graph.subscription"/>
<Singleton Name="me" Type="graph.user"/>
<Singleton Name="communications" Type="graph.cloudCommunications"/>
</EntityContainer>
</Schema>
</edmx:DataServices>
</edmx:Edmx>
`;
}
