import { complexType, property } from './terms.ts';

/** Graph has enumerations for much of this; as text they are the same on the wire. */
export const SETTINGS_TYPES = `
${complexType(
  'automaticRepliesSetting',
  property('status', 'Edm.String'),
  property('externalAudience', 'Edm.String'),
  property('scheduledStartDateTime', 'graph.dateTimeTimeZone'),
  property('scheduledEndDateTime', 'graph.dateTimeTimeZone'),
  property('internalReplyMessage', 'Edm.String'),
  property('externalReplyMessage', 'Edm.String'),
)}
${complexType('localeInfo', property('locale', 'Edm.String'), property('displayName', 'Edm.String'))}
${complexType('timeZoneBase', property('name', 'Edm.String'))}
${complexType(
  'standardTimeZoneOffset',
  property('time', 'Edm.TimeOfDay'),
  property('dayOccurrence', 'Edm.Int32'),
  property('dayOfWeek', 'Edm.String'),
  property('month', 'Edm.Int32'),
  property('year', 'Edm.Int32'),
)}
<ComplexType Name="daylightTimeZoneOffset" BaseType="graph.standardTimeZoneOffset">${property('daylightBias', 'Edm.Int32')}</ComplexType>
<ComplexType Name="customTimeZone" BaseType="graph.timeZoneBase">${[
  property('bias', 'Edm.Int32'),
  property('standardOffset', 'graph.standardTimeZoneOffset'),
  property('daylightOffset', 'graph.daylightTimeZoneOffset'),
].join('')}</ComplexType>
${complexType(
  'workingHours',
  property('daysOfWeek', 'Collection(Edm.String)'),
  property('startTime', 'Edm.TimeOfDay'),
  property('endTime', 'Edm.TimeOfDay'),
  property('timeZone', 'graph.timeZoneBase'),
)}
${complexType(
  'mailboxSettings',
  property('archiveFolder', 'Edm.String'),
  property('timeZone', 'Edm.String'),
  property('delegateMeetingMessageDeliveryOptions', 'Edm.String'),
  property('dateFormat', 'Edm.String'),
  property('timeFormat', 'Edm.String'),
  property('userPurpose', 'Edm.String'),
  property('automaticRepliesSetting', 'graph.automaticRepliesSetting'),
  property('language', 'graph.localeInfo'),
  property('workingHours', 'graph.workingHours'),
)}`;
