import { eventsAt } from './calendar-types.ts';
import { contained, entityType, property } from './terms.ts';

/** Users, with what is theirs, and their photos. */
export const DIRECTORY_TYPES = `
<EntityType Name="profilePhoto" BaseType="graph.entity" HasStream="true">${property('height', 'Edm.Int32')}${property('width', 'Edm.Int32')}</EntityType>
${entityType(
  'user',
  property('accountEnabled', 'Edm.Boolean'),
  property('businessPhones', 'Collection(Edm.String)', false),
  property('displayName', 'Edm.String'),
  property('givenName', 'Edm.String'),
  property('jobTitle', 'Edm.String'),
  property('mail', 'Edm.String'),
  property('mailboxSettings', 'graph.mailboxSettings'),
  property('mobilePhone', 'Edm.String'),
  property('officeLocation', 'Edm.String'),
  property('preferredLanguage', 'Edm.String'),
  property('surname', 'Edm.String'),
  property('userPrincipalName', 'Edm.String'),
  contained('photo', 'graph.profilePhoto'),
  contained('photos', 'Collection(graph.profilePhoto)'),
  contained('presence', 'graph.presence'),
  contained('calendar', 'graph.calendar'),
  eventsAt('events'),
  eventsAt('calendarView'),
)}`;
