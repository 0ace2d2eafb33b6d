import type { Directory } from '../../presence/directory.ts';
import type { Route } from '../route.ts';
import { calendarRoutes } from './calendar/all.ts';
import { clearPresence } from './clear-presence.ts';
import { clearUserPreferredPresence } from './clear-user-preferred-presence.ts';
import { createSubscription } from './create-subscription.ts';
import { deletePresenceSession } from './delete-presence-session.ts';
import { deleteSubscription } from './delete-subscription.ts';
import { getPresence } from './get-presence.ts';
import { getPresencesByUserId } from './get-presences-by-user-id.ts';
import { getSubscription } from './get-subscription.ts';
import { listSubscriptions } from './list-subscriptions.ts';
import { mailboxRoutes } from './mailbox/all.ts';
import { reauthorizeSubscription } from './reauthorize-subscription.ts';
import type { Services } from './services.ts';
import { setPresence } from './set-presence.ts';
import { setStatusMessage } from './set-status-message.ts';
import { setUserPreferredPresence } from './set-user-preferred-presence.ts';
import { updatePresence } from './update-presence.ts';
import { updatePresenceSession } from './update-presence-session.ts';
import { updateSubscription } from './update-subscription.ts';
import { clearAutomaticLocation, clearLocation } from './work-location/clear-location.ts';
import { setAutomaticLocation, setManualLocation } from './work-location/set-location.ts';

/** Every operation of the Graph API that Porchlight has: the route table. */
export function presenceRoutes(services: Services, directory: Directory): readonly Route[] {
  return [
    getPresence(services),
    getPresencesByUserId(services, directory),
    setPresence(services),
    clearPresence(services),
    setUserPreferredPresence(services),
    clearUserPreferredPresence(services),
    setStatusMessage(services),
    updatePresence(services),
    updatePresenceSession(services),
    deletePresenceSession(services),
    createSubscription(services),
    listSubscriptions(services),
    getSubscription(services),
    reauthorizeSubscription(services),
    updateSubscription(services),
    deleteSubscription(services),
    setManualLocation(services),
    setAutomaticLocation(services),
    clearLocation(services),
    clearAutomaticLocation(services),
    ...mailboxRoutes(services),
    ...calendarRoutes(services),
  ];
}
