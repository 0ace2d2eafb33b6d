import { describe, expect, test } from 'vitest';
import { previewOf, textOfHtml } from '../../src/mailbox/plain-text.ts';

describe('the text of HTML', () => {
  test.each([
    ['plain', 'plain'],
    ['<p>one</p><p>two</p>', 'one\n\ntwo'],
    ['a<br/>b', 'a\nb'],
    ['<b title="x">bold</b> and &lt;this&gt; &amp; &nope;', 'bold and <this> & &nope;'],
    ['<style>p { color: red }</style>shown<script>alert(1)</script>', 'shown'],
    ['before<!-- a > b -->after', 'beforeafter'],
    ['a < b', 'a < b'],
    ['<style>never closed', ''],
    ['<!-- never closed', '<!-- never closed'],
    ['', ''],
  ])('of %j is %j', (html, text) => {
    expect(textOfHtml(html).replace(/\n+$/, '')).toBe(text);
  });

  test('takes no longer for what is written to be slow', () => {
    for (const hostile of ['<', '<!--', '<style>', '&', '<p', '<p>', '\n']) {
      const html = hostile.repeat(20_000);
      const startedMs = performance.now();
      textOfHtml(html);
      previewOf('html', html);
      expect(performance.now() - startedMs, hostile).toBeLessThan(500);
    }
  });
});

test('a preview is the first 255 characters on one line', () => {
  expect(previewOf('text', '  one\n\ntwo\tthree ')).toBe('one two three');
  expect(previewOf('text', 'x'.repeat(300))).toBe('x'.repeat(255));
});
