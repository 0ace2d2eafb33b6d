import { expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { Holding, Left } from '../../src/feeds/holding.ts';
import { deliver, end, lastEnded } from '../../src/feeds/source.ts';
import type { Mailboxes } from '../../src/mailbox/mailboxes.ts';
import { spansDocument, writeSpans } from '../../src/mailbox/source-spans.ts';
import { openMemoryStore } from '../../src/store/memory.ts';
import { exampleMailboxes } from '../mailbox/example-mailboxes.ts';
import { TENANT, USER } from '../wire/porchlight.ts';

const user = { tenantId: TENANT, userId: USER };
const spans = (startsAtMs: number) =>
  writeSpans({
    knownUntilMs: 1_000_000,
    spans: [{ kind: 'busy', startsAtMs, endsAtMs: startsAtMs + 1 }],
  });

function open() {
  const store = openMemoryStore();
  const mailboxes = exampleMailboxes(new ManualClock(0), store);
  const state = { isHeld: true };
  const holding = new Holding(store.documents, { partition: 0, fence: 1 }, () => state.isHeld);
  const kept = async () => (await mailboxes.read(user)).get(spansDocument('feed'));
  return { mailboxes, holding, state, kept };
}

test('what a source says takes the place of what it said before', async () => {
  const { mailboxes, holding, kept } = open();
  for (const at of [1, 2]) {
    const delivery = { generation: 1, spans: spans(at) };
    expect(await deliver(mailboxes, user, 'feed', delivery, holding)).toBe(true);
    expect(await kept()).toBe(spans(at));
  }
});

test('what has ended says nothing any more, and what comes after it does', async () => {
  const { mailboxes, holding, kept } = open();
  const say = (generation: number) =>
    deliver(mailboxes, user, 'feed', { generation, spans: spans(generation) }, holding);
  await say(7);
  await end(mailboxes, user, 'feed', 7);
  expect(await kept()).toBeUndefined();
  expect(await say(7)).toBe(false);
  expect(await kept()).toBeUndefined();
  expect(await lastEnded(mailboxes, user, 'feed')).toBe(7);
  await end(mailboxes, user, 'feed', 3);
  expect(await lastEnded(mailboxes, user, 'feed')).toBe(7);
  expect(await say(8)).toBe(true);
  expect(await kept()).toBe(spans(8));
});

test('whose lease has run out writes nothing, also when it runs out in the middle', async () => {
  const { mailboxes, holding, state, kept } = open();
  const delivery = { generation: 1, spans: spans(1) };
  const asksAgain: Mailboxes = {
    ...mailboxes,
    // As when another server's write came first.
    async write(_, __, change) {
      change(new Map());
      state.isHeld = false;
      change(new Map());
    },
  };
  await expect(deliver(asksAgain, user, 'feed', delivery, holding)).rejects.toThrow(Left);
  await expect(deliver(mailboxes, user, 'feed', delivery, holding)).rejects.toThrow(Left);
  expect(await kept()).toBeUndefined();
});
