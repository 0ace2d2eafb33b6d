import { complexType, contained, entityType, property } from './terms.ts';

export const eventsAt = (name: string) => contained(name, 'Collection(graph.event)');

/** Graph has enumerations for much of this; as text they are the same on the wire. */
export const CALENDAR_TYPES = `
${complexType('emailAddress', property('name', 'Edm.String'), property('address', 'Edm.String'))}
${complexType('recipient', property('emailAddress', 'graph.emailAddress'))}
${complexType('responseStatus', property('response', 'Edm.String'), property('time', 'Edm.DateTimeOffset'))}
${complexType('attendee', property('type', 'Edm.String'), property('status', 'graph.responseStatus'), property('emailAddress', 'graph.emailAddress'))}
${complexType('timeSlot', property('start', 'graph.dateTimeTimeZone', false), property('end', 'graph.dateTimeTimeZone', false))}
<ComplexType Name="location" OpenType="true">${property('displayName', 'Edm.String')}${property('locationType', 'Edm.String')}</ComplexType>
${complexType('recurrencePattern', property('type', 'Edm.String'), property('interval', 'Edm.Int32', false), property('month', 'Edm.Int32', false), property('dayOfMonth', 'Edm.Int32', false), property('daysOfWeek', 'Collection(Edm.String)'), property('firstDayOfWeek', 'Edm.String'), property('index', 'Edm.String'))}
${complexType('recurrenceRange', property('type', 'Edm.String'), property('startDate', 'Edm.Date'), property('endDate', 'Edm.Date'), property('recurrenceTimeZone', 'Edm.String'), property('numberOfOccurrences', 'Edm.Int32', false))}
${complexType('patternedRecurrence', property('pattern', 'graph.recurrencePattern'), property('range', 'graph.recurrenceRange'))}
${entityType(
  'event',
  property('createdDateTime', 'Edm.DateTimeOffset'),
  property('lastModifiedDateTime', 'Edm.DateTimeOffset'),
  property('changeKey', 'Edm.String'),
  property('categories', 'Collection(Edm.String)'),
  property('transactionId', 'Edm.String'),
  property('originalStartTimeZone', 'Edm.String'),
  property('originalEndTimeZone', 'Edm.String'),
  property('iCalUId', 'Edm.String'),
  property('reminderMinutesBeforeStart', 'Edm.Int32'),
  property('isReminderOn', 'Edm.Boolean'),
  property('hasAttachments', 'Edm.Boolean'),
  property('subject', 'Edm.String'),
  property('bodyPreview', 'Edm.String'),
  property('importance', 'Edm.String'),
  property('sensitivity', 'Edm.String'),
  property('originalStart', 'Edm.DateTimeOffset'),
  property('isAllDay', 'Edm.Boolean'),
  property('isCancelled', 'Edm.Boolean'),
  property('isOrganizer', 'Edm.Boolean'),
  property('responseRequested', 'Edm.Boolean'),
  property('seriesMasterId', 'Edm.String'),
  property('showAs', 'Edm.String'),
  property('type', 'Edm.String'),
  property('webLink', 'Edm.String'),
  property('onlineMeetingUrl', 'Edm.String'),
  property('isOnlineMeeting', 'Edm.Boolean'),
  property('onlineMeetingProvider', 'Edm.String'),
  property('allowNewTimeProposals', 'Edm.Boolean'),
  property('hideAttendees', 'Edm.Boolean'),
  property('responseStatus', 'graph.responseStatus'),
  property('body', 'graph.itemBody'),
  property('start', 'graph.dateTimeTimeZone'),
  property('end', 'graph.dateTimeTimeZone'),
  property('location', 'graph.location'),
  property('locations', 'Collection(graph.location)'),
  property('recurrence', 'graph.patternedRecurrence'),
  property('attendees', 'Collection(graph.attendee)'),
  property('organizer', 'graph.recipient'),
  property('onlineMeeting', 'graph.onlineMeetingInfo'),
  eventsAt('instances'),
)}
${complexType('onlineMeetingInfo', property('joinUrl', 'Edm.String'))}
${entityType('calendar', eventsAt('events'), eventsAt('calendarView'))}`;
