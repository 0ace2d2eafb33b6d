import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startPorchlight, USER } from '../wire/porchlight.ts';
import { STREAM, say } from '../wire/watching.ts';

const PAGE = readFileSync(new URL('../../docs/stream.md', import.meta.url), 'utf8');

type Follow = (
  url: string,
  getToken: () => Promise<string>,
  onPresence: (presence: {
    readonly id: string;
    readonly statusMessage: { readonly message: { readonly content: string } } | null;
  }) => void,
  signal: AbortSignal,
) => Promise<void>;

test('the client that docs/stream.md prints follows a presence', async () => {
  const [, code = ''] = /```js\n(.*?)```/s.exec(PAGE) ?? [];
  const address = `data:text/javascript,${encodeURIComponent(code)}`;
  const { follow } = (await import(/* @vite-ignore */ address)) as { follow: Follow };
  const porchlight = await startPorchlight();
  const stopping = new AbortController();
  const seen: (string | undefined)[] = [];
  let news = () => {};
  const until = async (count: number) => {
    while (seen.length < count) {
      await new Promise<void>((resolve) => {
        news = resolve;
      });
    }
  };
  const following = follow(
    `${porchlight.origin}${STREAM}?ids=${USER}`,
    () => porchlight.token(),
    ({ statusMessage }) => {
      seen.push(statusMessage?.message.content);
      news();
    },
    stopping.signal,
  );
  await until(1);
  await say(porchlight, USER, 'Über: "two\n\nlines"');
  await say(porchlight, USER, 'Back');
  await until(3);
  stopping.abort();
  await following;
  expect(seen).toEqual([undefined, 'Über: "two\n\nlines"', 'Back']);
  await porchlight.close();
});
