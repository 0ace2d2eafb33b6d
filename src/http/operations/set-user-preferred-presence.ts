import Type, { type Static } from 'typebox';
import { WRITE_PRESENCE } from '../../auth/permissions.ts';
import type { Pair } from '../../engine/pair.ts';
import {
  DEFAULT_PREFERRED_BUSY_LIFETIME_MS,
  DEFAULT_PREFERRED_LIFETIME_MS,
  PREFERRED_LIFETIME,
  parseLifetime,
} from '../../graph/duration.ts';
import { PREFERRED_PAIRS, parsePair } from '../../graph/settable.ts';
import { bodySchema, nullable } from '../body.ts';
import { presencePaths, type Route } from '../route.ts';
import { command, type Services } from './services.ts';

const body = bodySchema({
  availability: Type.String(),
  activity: Type.String(),
  expirationDuration: Type.Optional(
    nullable(
      Type.String({
        description:
          'ISO 8601 duration, up to P30D; when left out P1D for Busy and DoNotDisturb, P7D for the others.',
      }),
    ),
  ),
});

/** Source: Graph, "presence: setUserPreferredPresence". */
export function setUserPreferredPresence(services: Services): Route {
  return {
    operation: 'setUserPreferredPresence',
    summary: "Set a user's own choice of availability and activity",
    method: 'POST',
    paths: presencePaths('/setUserPreferredPresence'),
    access: WRITE_PRESENCE,
    body,
    handle(call) {
      const { availability, activity, expirationDuration } = call.body as Static<typeof body>;
      const pair = parsePair(availability, activity, PREFERRED_PAIRS);
      return command(services, call, {
        kind: 'setUserPreferredPresence',
        appId: call.caller.appId,
        pair,
        lifetimeMs:
          expirationDuration == null
            ? defaultLifetimeMs(pair)
            : parseLifetime(expirationDuration, 'ExpirationDuration', PREFERRED_LIFETIME),
      });
    },
  };
}

function defaultLifetimeMs({ availability }: Pair): number {
  return availability === 'Busy' || availability === 'DoNotDisturb'
    ? DEFAULT_PREFERRED_BUSY_LIFETIME_MS
    : DEFAULT_PREFERRED_LIFETIME_MS;
}
