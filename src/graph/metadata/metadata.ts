import type { Version } from '../path.ts';
import { CALENDAR_TYPES } from './calendar-types.ts';
import { DIRECTORY_TYPES } from './directory-types.ts';
import { SETTINGS_TYPES } from './mailbox-types.ts';
import { PRESENCE_TYPES } from './presence-types.ts';
import { boundAction, boundTo, parameter } from './terms.ts';

const TYPES = [PRESENCE_TYPES, SETTINGS_TYPES, CALENDAR_TYPES, DIRECTORY_TYPES].join('');

const action = (name: string, ...parameters: string[]) =>
  boundAction('presence', name, ...parameters);

const PAIR = [
  parameter('availability', 'Edm.String', false),
  parameter('activity', 'Edm.String', false),
];

const WORK_LOCATION = [
  parameter('workLocationType', 'Edm.String', false),
  parameter('placeId', 'Edm.String'),
];

const COMMENT = parameter('Comment', 'Edm.String');
const SEND_RESPONSE = parameter('SendResponse', 'Edm.Boolean');
const NEW_TIME = parameter('ProposedNewTime', 'graph.timeSlot');

const LIFETIME = parameter('expirationDuration', 'Edm.Duration');

const ACTIONS = [
  action('setPresence', parameter('sessionId', 'Edm.String'), ...PAIR, LIFETIME),
  action('clearPresence', parameter('sessionId', 'Edm.String')),
  action('setUserPreferredPresence', ...PAIR, LIFETIME),
  action('clearUserPreferredPresence'),
  action('setStatusMessage', parameter('statusMessage', 'graph.presenceStatusMessage')),
  action('setManualLocation', ...WORK_LOCATION),
  action('setAutomaticLocation', ...WORK_LOCATION),
  action('clearLocation'),
  action('clearAutomaticLocation'),
  boundAction('subscription', 'reauthorize'),
  boundAction('event', 'accept', COMMENT, SEND_RESPONSE),
  boundAction('event', 'tentativelyAccept', COMMENT, SEND_RESPONSE, NEW_TIME),
  boundAction('event', 'decline', COMMENT, SEND_RESPONSE, NEW_TIME),
  boundAction('event', 'cancel', COMMENT),
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
