import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageOf, imageType } from '../../src/graph/image.ts';

/** A JPEG's segments, by marker and content, after its first two bytes. */
function jpeg(...segments: readonly (readonly [marker: number, content: string])[]): Buffer {
  const bytes = segments.map(([marker, content]) => {
    const body = Buffer.from(content, 'hex');
    const head = Buffer.from([0xff, marker, 0, 0]);
    head.writeUInt16BE(body.length + 2, 2);
    return Buffer.concat([head, body]);
  });
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...bytes]);
}

/** 48 high, 64 wide, one component. */
const FRAME = '0800300040010111 00'.replace(' ', '');
const APP0 = [0xe0, '4a46494600010100000100010000'] as const;

test.each<[string, Buffer, object]>([
  [
    'a PNG',
    readFileSync('examples/photos/ada.png'),
    { mediaType: 'image/png', width: 120, height: 120 },
  ],
  [
    'a GIF',
    Buffer.from('GIF89a\u0030\u0000\u0040\u0000', 'latin1'),
    { mediaType: 'image/gif', width: 48, height: 64 },
  ],
  [
    'a baseline JPEG',
    jpeg(APP0, [0xc0, FRAME]),
    { mediaType: 'image/jpeg', width: 64, height: 48 },
  ],
  [
    'a progressive JPEG',
    jpeg([0xe1, '00'.repeat(3000)], [0xc4, '00'], [0xc2, FRAME]),
    { mediaType: 'image/jpeg', width: 64, height: 48 },
  ],
])('%s is known, with its size', (_, bytes, expected) => {
  expect(imageOf(bytes)).toEqual(expected);
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['a page', Buffer.from('<html>')],
  ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['half a PNG', readFileSync('examples/photos/ada.png').subarray(0, 20)],
  ['a JPEG without a frame', jpeg(APP0)],
  ['a JPEG with a segment of no length', Buffer.from('ffd8ffe0000000000000000000', 'hex')],
  ['a JPEG that is cut off in its frame', jpeg(APP0, [0xc0, FRAME]).subarray(0, 24)],
  ['a JPEG of no height', jpeg([0xc0, FRAME.replace('0030', '0000')])],
])('%s is no image with a size', (_, bytes) => {
  expect(imageOf(bytes)).toBeUndefined();
});

test('the kind of an image shows in its first bytes', () => {
  expect(imageType(Buffer.from('89504e470d0a1a0a', 'hex'))).toBe('image/png');
  expect(imageType(Buffer.from('89504e470d0a1a0b', 'hex'))).toBeUndefined();
});
