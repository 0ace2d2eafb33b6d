import type { Response, Zone } from '../../calendar/event.ts';
import type { Clock } from '../../clock.ts';
import { GraphError } from '../../graph/error.ts';
import { type Directory, mustAdmit } from '../../presence/directory.ts';
import type { UserKey } from '../../store/store.ts';
import type { Mailboxes } from '../mailboxes.ts';
import { homeZone } from '../settings/settings.ts';
import { created, eventIn, eventsIn, removed, updated } from './changes.ts';
import type { EventFields } from './fields.ts';
import { type EventInput, saidFields } from './input.ts';
import type { EventChange } from './keeping.ts';
import { type ShownEvent, shownWhole } from './shown.ts';
import { writeInstant } from './time.ts';
import { byStart, occurrencesOf, type Range, viewOf } from './view.ts';

/** The tags of which an event must have one to be written; null without a condition. */
export type IfMatch = ((event: ShownEvent) => boolean) | null;

/** What somebody may answer to an invitation. */
export type Answer = Extract<Response, 'accepted' | 'tentativelyAccepted' | 'declined'>;

/**
 * The calendars of all users. Every write resolves when it survives a crash, and presence with it. What a
 * caller did wrong is a GraphError, and then nothing was kept.
 */
export interface Calendars {
  create(user: UserKey, appId: string, input: EventInput): Promise<ShownEvent>;
  /** Single events and series, by when they begin. */
  list(user: UserKey): Promise<readonly ShownEvent[]>;
  /** Single events and occurrences that lie in a range, by when they begin. */
  view(user: UserKey, range: Range): Promise<readonly ShownEvent[]>;
  /** The occurrences of one series that lie in a range, by when they begin. */
  instances(user: UserKey, id: string, range: Range): Promise<readonly ShownEvent[]>;
  get(user: UserKey, id: string): Promise<ShownEvent>;
  update(
    user: UserKey,
    appId: string,
    id: string,
    input: EventInput,
    ifMatch: IfMatch,
  ): Promise<ShownEvent>;
  remove(user: UserKey, appId: string, id: string, ifMatch: IfMatch): Promise<void>;
  /** Answers an invitation. */
  answer(user: UserKey, appId: string, id: string, answer: Answer): Promise<void>;
  /** Calls a meeting off that the user organizes. */
  cancel(user: UserKey, appId: string, id: string): Promise<void>;
}

export interface CalendarsParts {
  readonly mailboxes: Mailboxes;
  readonly clock: Clock;
  readonly directory: Directory;
  /** URL-safe, and of 120 characters at most. */
  readonly newId: () => string;
}

export function createCalendars({ mailboxes, clock, directory, newId }: CalendarsParts): Calendars {
  /** The mailbox to read. */
  async function open(user: UserKey) {
    mustAdmit(directory, user);
    const documents = await mailboxes.read(user);
    return { documents, home: homeZone(documents) };
  }

  /** Changes one event, as it is when the write is made. */
  async function change(
    user: UserKey,
    appId: string,
    id: string,
    how: (
      documents: Parameters<typeof eventIn>[0],
      shown: ShownEvent,
      nowMs: number,
    ) => EventChange,
  ): Promise<{ readonly changed: EventChange; readonly home: Zone }> {
    let done: { readonly changed: EventChange; readonly home: Zone } | undefined;
    await mailboxes.write(user, appId, (documents) => {
      const home = homeZone(documents);
      done = { changed: how(documents, eventIn(documents, id, home), clock.nowMs()), home };
      return done.changed.edits;
    });
    if (done === undefined) throw new TypeError('nothing was written');
    return done;
  }

  function setFields(
    user: UserKey,
    appId: string,
    id: string,
    fieldsOf: (shown: ShownEvent, nowMs: number) => Partial<EventFields>,
  ) {
    return change(user, appId, id, (documents, shown, nowMs) =>
      updated(documents, shown, fieldsOf(shown, nowMs), nowMs),
    );
  }

  return {
    async create(user, appId, input) {
      const id = newId();
      let shown: ShownEvent | undefined;
      await mailboxes.write(user, appId, (documents) => {
        const { event, edits } = created(documents, input, id, clock.nowMs());
        shown = shownWhole(event, homeZone(documents));
        return edits;
      });
      if (shown === undefined) throw new TypeError('nothing was written');
      return shown;
    },

    async list(user) {
      const { documents, home } = await open(user);
      return Array.from(eventsIn(documents), (event) => shownWhole(event, home)).sort(byStart);
    },

    async view(user, range) {
      const { documents, home } = await open(user);
      return viewOf(eventsIn(documents), range, home);
    },

    async instances(user, id, range) {
      const { documents, home } = await open(user);
      const { stored, type } = eventIn(documents, id, home);
      if (type !== 'seriesMaster') return [];
      return occurrencesOf(stored, range, home).sort(byStart);
    },

    async get(user, id) {
      const { documents, home } = await open(user);
      return eventIn(documents, id, home);
    },

    async update(user, appId, id, input, ifMatch) {
      const said = saidFields(input);
      const { changed, home } = await change(user, appId, id, (documents, shown, nowMs) => {
        mustMatch(shown, ifMatch);
        return updated(documents, shown, said, nowMs);
      });
      const { event, edits } = changed;
      const documents = new Map(edits.map((edit) => [edit.id, edit.text ?? '']));
      return id === event.id ? shownWhole(event, home) : eventIn(documents, id, home);
    },

    async remove(user, appId, id, ifMatch) {
      await change(user, appId, id, (documents, shown, nowMs) => {
        mustMatch(shown, ifMatch);
        return removed(documents, shown, nowMs);
      });
    },

    async answer(user, appId, id, response) {
      await setFields(user, appId, id, ({ fields }, nowMs) => {
        if (fields.isOrganizer) {
          throw refused(
            "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
          );
        }
        const responseStatus = { response, time: writeInstant(nowMs) };
        return { responseStatus, ...showing(fields, response) };
      });
    },

    async cancel(user, appId, id) {
      await setFields(user, appId, id, ({ fields }) => {
        if (!fields.isOrganizer) {
          throw refused(
            "Your request can't be completed. You need to be an organizer to cancel a meeting.",
          );
        }
        return { isCancelled: true };
      });
    },
  };
}

/** As Outlook books it: an acceptance makes of what was tentative what is meant, and the other way round. */
function showing({ showAs }: EventFields, answer: Answer): Partial<EventFields> {
  if (answer === 'accepted' && showAs === 'tentative') return { showAs: 'busy' };
  if (answer === 'tentativelyAccepted' && showAs === 'busy') return { showAs: 'tentative' };
  return {};
}

function mustMatch(event: ShownEvent, ifMatch: IfMatch): void {
  if (ifMatch === null || ifMatch(event)) return;
  throw new GraphError(
    412,
    'ErrorIrresolvableConflict',
    'The change key passed in the request does not match the current change key of the event.',
  );
}

function refused(message: string): GraphError {
  return new GraphError(400, 'ErrorInvalidRequest', message);
}
