import Type, { type Static } from 'typebox';
import { WRITE_WORK_LOCATION } from '../../../auth/permissions.ts';
import type { LocationSignal, WorkLocationType } from '../../../engine/facts.ts';
import { invalidArgument } from '../../../graph/error.ts';
import { isWellFormed } from '../../../graph/unicode.ts';
import { endOfDay } from '../../../mailbox/day.ts';
import { oneOf } from '../../../mailbox/settings/said.ts';
import { bodySchema, nullable } from '../../body.ts';
import { presencePaths, type Route } from '../../route.ts';
import { command, type Services } from '../services.ts';

const TYPES: readonly WorkLocationType[] = ['unspecified', 'office', 'remote', 'timeOff'];

/** In UTF-16 code units. Graph's own place ids are GUIDs. */
const LONGEST_PLACE = 256;

const body = bodySchema({
  workLocationType: Type.String({ description: 'unspecified, office, remote or timeOff.' }),
  placeId: Type.Optional(
    nullable(
      Type.String({
        description: `What the place is called: ${LONGEST_PLACE} characters at most.`,
      }),
    ),
  ),
});

/** Source: Graph, "presence: setManualLocation". */
export function setManualLocation(services: Services): Route {
  const summary = 'Set where a user works today, as they say themselves';
  return setLocation(services, 'setManualLocation', 'manual', summary);
}

/** Source: Graph, "presence: setAutomaticLocation". Each application has a signal of its own. */
export function setAutomaticLocation(services: Services): Route {
  const summary = 'Set where a user works today, as an application found out';
  return setLocation(services, 'setAutomaticLocation', 'automatic', summary);
}

/** Both hold until the user's day ends (docs/decisions/0015-work-location.md). */
function setLocation(
  services: Services,
  operation: string,
  source: LocationSignal['source'],
  summary: string,
): Route {
  const { mailboxes, clock } = services;
  return {
    operation,
    summary,
    method: 'POST',
    paths: presencePaths(`/${operation}`),
    access: WRITE_WORK_LOCATION,
    body,
    async handle(call) {
      const { workLocationType, placeId } = call.body as Static<typeof body>;
      const { tenantId, appId } = call.caller;
      const said = {
        workLocationType: oneOf(TYPES, workLocationType, 'WorkLocationType'),
        placeId: placeOf(placeId),
      };
      const zone = await mailboxes.zoneOf({ tenantId, userId: call.userId });
      const endsAtMs = endOfDay(clock.nowMs(), zone);
      return command(services, call, { kind: 'setLocation', appId, source, ...said, endsAtMs });
    },
  };
}

/** No place and an empty one are the same. */
function placeOf(given: string | null | undefined): string | null {
  const placeId = given ?? '';
  if (placeId.length > LONGEST_PLACE) {
    throw invalidArgument(
      `[PlaceId]: ${placeId.length} characters are too many: ${LONGEST_PLACE} at most.`,
    );
  }
  if (!isWellFormed(placeId)) {
    throw invalidArgument('[PlaceId]: is not well-formed Unicode (half of a surrogate pair).');
  }
  return placeId === '' ? null : placeId;
}
