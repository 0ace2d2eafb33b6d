import { MINUTE_MS, SECOND_MS } from './cast.ts';
import type { Diaries } from './diaries.ts';
import { type Fleet, PATIENCE_MS } from './fleet.ts';
import type { JudgeOfDeliveries } from './judge-of-deliveries.ts';
import type { People } from './people.ts';
import type { Receivers } from './receivers.ts';
import type { Subscribers } from './subscribers.ts';
import type { Trouble } from './trouble.ts';
import type { World } from './world.ts';

/** By then a notifier has looked whether anything can be sent. */
const SWEEP_MS = 65 * SECOND_MS;

/** Graph's rest of ten minutes, and a pause of ten minutes after it. */
const LONGEST_WAIT_MINUTES = 16;

/** By then somebody has looked at a mailbox whose writer was killed, or said nothing. */
const LOOK_AFTER_MS = 6 * MINUTE_MS;

export interface EndParts {
  readonly world: World;
  readonly trouble: Trouble;
  readonly fleet: Fleet;
  readonly receivers: Receivers;
  readonly people: People;
  readonly diaries: Diaries;
  readonly subscribers: Subscribers;
  readonly deliveries: JudgeOfDeliveries;
  /** Whether the store never was in trouble. */
  readonly wasWell: () => boolean;
}

/** Everything is well again, and there is time: what is to come true has by then. */
export async function end(parts: EndParts): Promise<void> {
  const { world, trouble, fleet, receivers, people, diaries, subscribers, deliveries } = parts;

  async function settle(work: Promise<unknown>, complaint: string): Promise<void> {
    if (await world.until(work, PATIENCE_MS)) await work;
    else world.complain(complaint);
  }

  /** Whether nothing waits for a receiver any more. */
  async function isDone(): Promise<boolean> {
    if (receivers.underWay > 0) return false;
    if ((await fleet.eye.documents.all('lifecycle-notifications')).size > 0) return false;
    for (const { following } of fleet.all) {
      for (const { id, endedAt } of deliveries.all()) {
        const health = endedAt === undefined ? following?.notifier.health(id) : undefined;
        if (health !== undefined && (health.queued > 0 || health.isBehind)) return false;
      }
    }
    return true;
  }

  world.say(() => 'the end begins');
  trouble.end();
  receivers.heal();
  if (fleet.all.length === 0) await fleet.start();
  const server = fleet.any();
  if (server === undefined) return world.complain('no server starts though all is well');
  await world.pass(5 * SECOND_MS);
  if (!fleet.isHeld()) return world.complain('nobody does the work of a partition');
  await settle(subscribers.renewAll(server), 'subscriptions are not renewed');
  people.ask(server);
  // Whose alarms were set before the clock was set back looks by the steady one, once a minute.
  if (world.nowMs < world.peakMs) world.stir(SWEEP_MS);
  await world.pass(6 * MINUTE_MS);
  for (let minutes = 1; !(await isDone()); minutes *= 2) {
    if (minutes > LONGEST_WAIT_MINUTES) return world.complain('something waits, and nothing fails');
    await world.pass(minutes * MINUTE_MS);
  }
  for (const { number, following, answered } of fleet.all) {
    await settle(following?.settled() ?? Promise.resolve(), `${number} does not settle`);
    await settle(answered(), `${number} never answers`);
  }
  deliveries.end(receivers.failed, fleet.restarts === 0 && parts.wasWell());
  // What is to be looked at again is so by the clock, which may have been set back.
  await world.pass(Math.max(0, world.peakMs - world.nowMs) + LOOK_AFTER_MS);
  await settle(diaries.end(server), 'calendars are not read');
  for (const each of fleet.all) {
    await settle(each.stop(), `${each.number} doesn't stop`);
    each.end();
  }
}
