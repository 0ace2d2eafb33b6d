import type { Route } from '../../route.ts';
import type { Services } from '../services.ts';
import { getMailboxSetting } from './get-mailbox-setting.ts';
import { getMailboxSettings } from './get-mailbox-settings.ts';
import { updateMailboxSettings } from './update-mailbox-settings.ts';

/** Every operation of Graph's on mailbox settings that Porchlight has. */
export function mailboxRoutes(services: Services): readonly Route[] {
  return [
    getMailboxSettings(services),
    getMailboxSetting(services),
    updateMailboxSettings(services),
  ];
}
