import { describe, expect, test } from 'vitest';
import { NEVER_MS } from '../../src/engine/facts.ts';
import { outOfOfficeOf } from '../../src/mailbox/settings/automatic-replies.ts';
import { type AutomaticReplies, DEFAULT_SETTINGS } from '../../src/mailbox/settings/settings.ts';

const NOW_MS = Date.parse('2026-11-21T09:00:00Z');

const outOfOffice = (said: Partial<AutomaticReplies>, nowMs = NOW_MS) =>
  outOfOfficeOf({ ...DEFAULT_SETTINGS.automaticRepliesSetting, ...said }, nowMs);

describe('when they are sent', () => {
  const scheduled = {
    status: 'scheduled',
    scheduledStartDateTime: { dateTime: '2026-11-23T18:00:00', timeZone: 'Europe/Berlin' },
    scheduledEndDateTime: { dateTime: '2026-11-30T08:00:00', timeZone: 'Pacific Standard Time' },
  } as const;
  const startsAtMs = Date.parse('2026-11-23T17:00:00Z');
  const endsAtMs = Date.parse('2026-11-30T16:00:00Z');

  test('disabled: never', () => {
    expect(outOfOffice({ ...scheduled, status: 'disabled' })).toBeNull();
  });

  test('always: from before anything until the end of days', () => {
    const always = { message: null, startsAtMs: 0, endsAtMs: NEVER_MS };
    expect(outOfOffice({ ...scheduled, status: 'alwaysEnabled' })).toEqual(always);
  });

  test('scheduled: between the two times, each in its own zone', () => {
    expect(outOfOffice(scheduled)).toEqual({ message: null, startsAtMs, endsAtMs });
    expect(outOfOffice(scheduled, endsAtMs - 1)).not.toBeNull();
    expect(outOfOffice(scheduled, endsAtMs)).toBeNull();
  });
});

describe('the message', () => {
  const shown = (internalReplyMessage: string) =>
    outOfOffice({ status: 'alwaysEnabled', internalReplyMessage })?.message;

  test.each([
    [
      'HTML',
      '<html>\n<body>\n<p>Away until <b>May</b> &amp; offline</p></body></html>\n',
      'Away until May & offline',
    ],
    ['a script', 'Away<script>alert("<p>")</script>', 'Away'],
    ['plain text', 'Away\r\nBack at 5', 'Away\nBack at 5'],
    ['nothing', '', null],
    ['tags alone', '<html><body></body></html>', null],
    ['a tag without an end', 'Away <b', 'Away <b'],
    ['1,024 characters', 'x'.repeat(1024), 'x'.repeat(1024)],
    ['1,025 characters', 'x'.repeat(1025), `${'x'.repeat(1023)}…`],
    ['a pair of surrogates at the cut', `${'x'.repeat(1022)}😀😀`, `${'x'.repeat(1022)}…`],
  ])('of %s is text', (_, html, text) => {
    expect(shown(html)).toBe(text);
  });

  test.each(['<', '<!--', '<script>', '<a ', '&', '</', '<!-->'])(
    'of many %s takes no time',
    (part) => {
      const began = performance.now();
      shown(part.repeat(Math.floor(32_768 / part.length)));
      expect(performance.now() - began).toBeLessThan(100);
    },
  );
});
