import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createOutbound } from '../../src/outbound/open.ts';
import { isSpecialPurpose } from '../../src/outbound/special-purpose.ts';
import { formatAddress, parseAddress } from './addresses.ts';
import { post, watchSystem } from './trap.ts';

const host = fc.oneof(
  fc.string(),
  fc.ipV4Extended(),
  fc.ipV6().map((text) => `[${text}]`),
  fc.domain(),
  fc.nat().map((value) => `${value}`),
  fc.nat().map((value) => `0x${value.toString(16)}`),
);
const url = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.webUrl({
    withQueryParameters: true,
    withFragments: true,
    authoritySettings: { withUserInfo: true },
  }),
  fc
    .tuple(
      fc.constantFrom('https://', 'http://', 'https:', 'HTTPS:\\\\', 'ws://', ''),
      host,
      fc.string(),
    )
    .map((parts) => parts.join('')),
);

test('any text may be given for a URL: it is refused, or its host is looked up, or it is a public address', async () => {
  const system = watchSystem();
  const asked: string[] = [];
  const outbound = createOutbound({
    allow: [],
    allowHttpToLoopback: false,
    lookup: async (name) => {
      asked.push(name);
      return ['10.0.0.1'];
    },
  });
  await fc.assert(
    fc.asyncProperty(url, async (text) => {
      const refusal = outbound.refusal(text);
      if (refusal === undefined) {
        const { protocol, hostname } = new URL(text);
        expect(protocol).toBe('https:');
        const address = hostname.replace(/^\[|\]$/g, '');
        // What is public would be connected to, so it is not sent to here.
        if (!isSpecialPurpose(address)) return;
        asked.length = 0;
        expect(await outbound.send(post(text))).toMatchObject({ code: 'forbidden' });
        expect(asked).toEqual([hostname]);
      } else {
        const sent = await outbound.send(post(text));
        expect(sent).toMatchObject({ kind: 'failed', code: 'forbidden', reason: refusal });
      }
    }),
    { numRuns: 2000 },
  );
  outbound.close();
  system.stop();
  expect(system.connects()).toBe(0);
});

test('addresses of these tests are read and written as node:net does', () => {
  fc.assert(
    fc.property(fc.ipV4(), (text) => {
      expect(formatAddress(parseAddress(text))).toBe(text);
    }),
  );
});
