import type { Response, ShowAs, Standing } from '../event.ts';
import type { Component } from './components.ts';
import { type Property, parameterOf } from './property.ts';
import { readableOf, textIn, wordOf } from './reading.ts';

/** What of the calendar around it an event's standing depends on. */
export interface Circumstances {
  readonly owner: CalendarOwner;
  /** The calendar only says what doesn't take place (METHOD:CANCEL). */
  readonly isCallingOff: boolean;
  /** Google wrote it. */
  readonly isGoogles: boolean;
}

/** Whose calendar it is. */
export interface CalendarOwner {
  /** E-mail addresses, in any case. */
  readonly addresses: readonly string[];
}

export function standingOf(event: Component, circumstances: Circumstances): Standing {
  const response = responseIn(event, circumstances.owner);
  const kind = circumstances.isGoogles ? googlesKindOf(event) : undefined;
  const showAs = showAsIn(event, response);
  return {
    showAs: kind === 'out of office' && showAs === 'busy' ? 'oof' : showAs,
    isCancelled: circumstances.isCallingOff || wordOf(event, 'status') === 'CANCELLED',
    response,
    isFocusTime: kind === 'focus time' || readableOf(event, 'categories').some(hasFocusTime),
  };
}

/** What Outlook and Exchange write, more exactly than TRANSP could. */
const BUSY_STATUS: ReadonlyMap<string | undefined, ShowAs> = new Map([
  ['FREE', 'free'],
  ['TENTATIVE', 'tentative'],
  ['BUSY', 'busy'],
  ['OOF', 'oof'],
  ['WORKINGELSEWHERE', 'workingElsewhere'],
]);

/**
 * Outlook's own word first. What it intends comes after what is: the intended status is the organizer's
 * wish for those who accept. Other programs know opaque and transparent only, and opaque is what counts
 * when nothing is said, for a DATE too (RFC 5545, section 3.8.2.7). An invitation that isn't answered with
 * yes is a tentative event there as it is in Outlook, which books it so.
 */
function showAsIn(event: Component, response: Response): ShowAs {
  const said =
    BUSY_STATUS.get(wordOf(event, 'x-microsoft-cdo-busystatus')) ??
    BUSY_STATUS.get(wordOf(event, 'x-microsoft-cdo-intendedstatus'));
  if (said !== undefined) return said;
  if (wordOf(event, 'transp') === 'TRANSPARENT') return 'free';
  if (wordOf(event, 'status') === 'TENTATIVE') return 'tentative';
  return response === 'tentativelyAccepted' || response === 'notResponded' ? 'tentative' : 'busy';
}

/** Who sends somebody else doesn't come: delegated counts as declined. */
const RESPONSES: ReadonlyMap<string, Response> = new Map([
  ['ACCEPTED', 'accepted'],
  ['COMPLETED', 'accepted'],
  ['IN-PROCESS', 'accepted'],
  ['DECLINED', 'declined'],
  ['DELEGATED', 'declined'],
  ['TENTATIVE', 'tentativelyAccepted'],
]);

/** Organizers are attendees too in most calendars, and may decline what they have called. */
function responseIn(event: Component, owner: CalendarOwner): Response {
  const isOwners = (property: Property) => isAddressOf(property, owner);
  const attendee = readableOf(event, 'attendee').find(isOwners);
  const isOrganizer = readableOf(event, 'organizer').some(isOwners);
  const said = attendee && parameterOf(attendee, 'partstat')?.trim().toUpperCase();
  const response = said === undefined ? undefined : RESPONSES.get(said);
  if (response === 'declined') return response;
  if (isOrganizer) return 'organizer';
  return response ?? (attendee === undefined ? 'none' : 'notResponded');
}

/** Apple names people by paths and numbers of its own, with the address in a parameter. */
function isAddressOf(property: Property, owner: CalendarOwner): boolean {
  const named = [property.values[0], parameterOf(property, 'email')].map((address) =>
    address
      ?.replace(/^mailto:/i, '')
      .trim()
      .toLowerCase(),
  );
  return owner.addresses.some((address) => named.includes(address.toLowerCase()));
}

/** Outlook's category for time that is kept free to concentrate, as its users and add-ins write it. */
const hasFocusTime = (categories: Property) =>
  categories.values.some((category) => /^focus[\s_-]*time$/i.test(category));

/**
 * Google's feeds don't say of which kind an event is; only the title that Google itself gives such events
 * when their maker gives none tells them. Working locations are transparent, so they count as free.
 */
function googlesKindOf(event: Component): 'out of office' | 'focus time' | undefined {
  const title = textIn(event, 'summary')?.toLowerCase();
  return title === 'out of office' || title === 'focus time' ? title : undefined;
}
