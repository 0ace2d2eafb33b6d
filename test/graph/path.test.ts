import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizePath, splitUrl } from '../../src/graph/path.ts';

describe('normalizing a path', () => {
  test.each([
    ['/me/presence', '/me/presence'],
    ["/users('abc')/presence", '/users/abc/presence'],
    ['/users(%27abc%27)/presence', '/users/abc/presence'],
    ['/users%28%27abc%27%29/presence', '/users/abc/presence'],
    ["/users('mira%40contoso.example')/presence", '/users/mira%40contoso.example/presence'],
    ["/users('o''neil')/presence", "/users/o'neil/presence"],
    ["/users('a')/presence/sessions('b')", '/users/a/presence/sessions/b'],
    [
      "/communications/presences('a')/microsoft.graph.setPresence",
      '/communications/presences/a/setPresence',
    ],
    ['/me/presence/microsoft.graph.setPresence', '/me/presence/setPresence'],
    [
      '/communications/microsoft.graph.getPresencesByUserId',
      '/communications/getPresencesByUserId',
    ],
    ['/%24batch', '/$batch'],
    ["/users('')/presence", '/users//presence'],
    ['/users/%2527/presence', '/users/%2527/presence'],
    // A slash inside a key stays encoded: it doesn't become a segment of its own.
    ["/users('a%2Fb')/presence", '/users/a%2Fb/presence'],
    // Not closed, not opened, no quotes: no key.
    ["/users('a/presence", "/users('a/presence"],
    ['/users(a)/presence', '/users(a)/presence'],
    ["/users'a')/presence", "/users'a')/presence"],
    ['/me/presence/microsoft.graph.', '/me/presence/microsoft.graph.'],
    [
      '/me/presence/microsoft.graph.microsoft.graph.setPresence',
      '/me/presence/microsoft.graph.setPresence',
    ],
    ['', ''],
  ])('%s becomes %s', (path, expected) => {
    expect(normalizePath(path)).toBe(expected);
  });

  test('never throws, for any string', () => {
    const pieces = fc.array(
      fc.constantFrom(
        '/',
        "('",
        "')",
        "''",
        '(',
        ')',
        "'",
        '%',
        '%2',
        '%27',
        '%28',
        '%29',
        '%24',
        '%zz',
        '%E0%A4%A',
        '%C0%80',
        'microsoft.graph.',
        'users',
        'a',
        '\ud800',
        '\0',
        '%00',
        '?',
        '#',
        '\\',
        '..',
      ),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          pieces.map((each) => each.join('')),
        ),
        (path) => {
          expect(typeof normalizePath(path)).toBe('string');
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('a path without parentheses, namespace and encoded signs stays as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'/abcXYZ019-_.@%4F') }), (path) => {
        fc.pre(!/%2[4789]|microsoft\.graph\./.test(path));
        expect(normalizePath(path)).toBe(path);
      }),
    );
  });

  test('a key of any characters that a path can hold is found between the quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."abc'()@.-"), minLength: 1 }), (key) => {
        const quoted = key.replaceAll("'", "''");
        expect(normalizePath(`/users('${quoted}')/presence`)).toBe(`/users/${key}/presence`);
      }),
    );
  });

  test('hostile nesting takes no time', () => {
    for (const hostile of [
      "('".repeat(50_000),
      "''".repeat(50_000),
      "('a".repeat(30_000),
      '%27'.repeat(50_000),
    ]) {
      const startMs = performance.now();
      normalizePath(hostile);
      expect(performance.now() - startMs).toBeLessThan(500);
    }
  });
});

describe('splitting an address', () => {
  test.each([
    ['/me/presence', '/me/presence', ''],
    ['/me/presence?', '/me/presence', ''],
    ['/me/presence?$select=id', '/me/presence', '$select=id'],
    ['/me/presence?a=?&b', '/me/presence', 'a=?&b'],
    ['/me/presence#part', '/me/presence', ''],
    ['/me/presence?a=1#part?b', '/me/presence', 'a=1'],
    ['/me/presence#part?a=1', '/me/presence', ''],
    ['', '', ''],
    ['?', '', ''],
  ])('%j is path %j and query %j', (url, path, query) => {
    expect(splitUrl(url)).toEqual({ path, query });
  });

  test('never throws, and loses nothing but the signs between', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (url) => {
        const { path, query } = splitUrl(url);
        const [address = ''] = url.split('#');
        expect(address === path || address === `${path}?${query}`).toBe(true);
      }),
    );
  });
});
