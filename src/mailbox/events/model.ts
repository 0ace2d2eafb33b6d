import { DAY_MS } from '../../calendar/days.ts';
import type { CalendarEvent, CalendarTime, Slot } from '../../calendar/event.ts';
import type { EventFields } from './fields.ts';
import type { StoredEvent } from './form.ts';
import { wallOfOccurrence } from './ids.ts';
import { rulesOf } from './recurrence.ts';
import { readZoned } from './time.ts';

/** The category by which a person marks time to work undisturbed, in any case. */
const FOCUS_TIME = 'focus time';

/** An event as expansion and presence know it. */
export function modelOf(event: StoredEvent): CalendarEvent {
  const { id, fields, exceptions, removed } = event;
  const slot = slotOf(fields);
  if (fields.recurrence === null) return { ...slot, id, recurrence: null };
  return {
    ...slot,
    id,
    recurrence: {
      rules: rulesOf(fields),
      added: [],
      removed: removed.map((name) => ({ ...namedTime(name, slot), isAllDay: slot.isAllDay })),
      moved: Object.entries(exceptions).map(([name, changed]) => ({
        from: namedTime(name, slot),
        to: slotOf({ ...fields, ...changed }),
      })),
    },
  };
}

/** Documents are read many times over, and what was read is one object each time (`readStored`). */
const slots = new WeakMap<EventFields, Slot>();

/** When an event is, but for its recurrence, and how it counts. */
export function slotOf(fields: EventFields): Slot {
  const known = slots.get(fields);
  if (known !== undefined) return known;
  const slot = newSlot(fields);
  slots.set(fields, slot);
  return slot;
}

function newSlot(fields: EventFields): Slot {
  const { isAllDay, showAs, isCancelled, categories, responseStatus } = fields;
  const start = readZoned(fields.start, 'Start');
  const end = readZoned(fields.end, 'End');
  return {
    start: { wall: start.wall, zone: isAllDay ? null : start.zone },
    length: isAllDay
      ? { days: (end.wall - start.wall) / DAY_MS, ms: 0 }
      : { days: 0, ms: end.zone.instantOf(end.wall) - start.zone.instantOf(start.wall) },
    isAllDay,
    showAs,
    isCancelled,
    response: responseStatus.response,
    isFocusTime: categories.some((name) => name.toLowerCase() === FOCUS_TIME),
  };
}

/** The time that an occurrence's name says, on the clock of its series. */
function namedTime(name: string, { start }: Slot): CalendarTime {
  const wall = wallOfOccurrence(name);
  if (wall === undefined) throw new TypeError(`'${name}' names no occurrence`);
  return { wall, zone: start.zone };
}
