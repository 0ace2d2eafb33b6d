import { expect, test } from 'vitest';
import { COLLEAGUE, startPorchlight, USER } from './porchlight.ts';
import { openRaw, rawRequest } from './raw.ts';
import { presenceIn, STREAM, say, watchOn } from './watching.ts';

/** Three bytes a character: a presence of more than three kilobytes. */
const LONG = '語'.repeat(1020);

const ROUNDS = 60;
const AT_ONCE = 100;

test('a client that doesn’t read is cut off with a note, while the others get everything', async () => {
  const porchlight = await startPorchlight();
  const token = await porchlight.token();
  const slow = openRaw(porchlight.origin);
  slow.socket.write(rawRequest(`GET ${STREAM}?ids=${USER}`, { Authorization: `Bearer ${token}` }));
  await new Promise<void>((resolve) => {
    slow.socket.once('data', () => {
      slow.socket.pause();
      resolve();
    });
  });
  const others = await Promise.all(
    [`?ids=${USER}`, `?ids=${USER},${COLLEAGUE}`].map((query) => watchOn(porchlight, query)),
  );
  for (let round = 0; round < ROUNDS; round++) {
    const texts = Array.from({ length: AT_ONCE }, (_, index) =>
      `${round}.${index} ${LONG}`.slice(0, 1024),
    );
    await Promise.all(texts.map((text) => say(porchlight, USER, text)));
    for (const other of others) {
      for (const text of texts) {
        const { statusMessage } = presenceIn(await other.next());
        expect(statusMessage?.message.content).toBe(text);
      }
    }
  }
  slow.socket.resume();
  const { text } = await slow.answer;
  expect(text).toMatch(/\n\nevent: end\ndata: \{"reason":"tooSlow","message":"[^"]+"\}\n\n$/);
  // All before the note is whole: it goes on from there when it comes back.
  const events = text.split('\n\n').filter((block) => block.startsWith('event: presence'));
  expect(events.length).toBeGreaterThan(0);
  expect(events.length).toBeLessThan(ROUNDS * AT_ONCE);
  for (const [index, event] of events.entries()) {
    expect(event).toContain(`"content":"${Math.floor(index / AT_ONCE)}.${index % AT_ONCE} `);
    expect(event.endsWith('}')).toBe(true);
  }
  await porchlight.close();
});
