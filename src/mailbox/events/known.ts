import type { CalendarEvent } from '../../calendar/event.ts';
import { readStored, type StoredEvent } from './form.ts';
import { modelOf } from './model.ts';

/** Reading the same text again gives the same stored event, as long as that is remembered. */
const models = new WeakMap<StoredEvent, CalendarEvent>();

/**
 * The event of a document `event ID`, made once for a text that is read again and again: making it takes four
 * times as long as expanding it.
 * @throws TypeError for text that isn't an event
 */
export function knownEvent(text: string): CalendarEvent {
  const stored = readStored(text);
  let model = models.get(stored);
  if (model === undefined) {
    model = modelOf(stored);
    models.set(stored, model);
  }
  return model;
}
