import type { Change } from '../engine/advance.ts';
import { sameWorkLocation } from '../engine/work-location.ts';
import type { PresenceProperty } from '../graph/presence-json.ts';

/** Sets of presence's properties as bits, so that one look at a change serves all subscriptions. */
const PAIR = 1;
const STATUS_MESSAGE = 2;
const OUT_OF_OFFICE = 4;
const WORK_LOCATION = 8;

const BITS: Partial<Record<PresenceProperty, number>> = {
  availability: PAIR,
  activity: PAIR,
  statusMessage: STATUS_MESSAGE,
  outOfOfficeSettings: OUT_OF_OFFICE,
  workLocation: WORK_LOCATION,
};

/** What a subscription to these properties wants to hear of. */
export function concernOf(properties: readonly PresenceProperty[]): number {
  return properties.reduce((bits, property) => bits | (BITS[property] ?? 0), 0);
}

/** What others see differently after a change. Of somebody who was erased it isn't kept what was before. */
export function changedBy({ before, after, cause }: Change): number {
  if (cause.kind === 'erase') return PAIR | STATUS_MESSAGE | OUT_OF_OFFICE | WORK_LOCATION;
  let changed = 0;
  if (before.availability !== after.availability || before.activity !== after.activity) {
    changed |= PAIR;
  }
  if (before.statusMessage?.content !== after.statusMessage?.content) changed |= STATUS_MESSAGE;
  if (
    before.isOutOfOffice !== after.isOutOfOffice ||
    before.outOfOfficeMessage !== after.outOfOfficeMessage
  ) {
    changed |= OUT_OF_OFFICE;
  }
  if (!sameWorkLocation(before.workLocation, after.workLocation)) changed |= WORK_LOCATION;
  return changed;
}
