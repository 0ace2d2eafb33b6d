/** What an image is, by its first bytes. Sizes are in pixels. */
export interface Image {
  readonly mediaType: 'image/png' | 'image/jpeg' | 'image/gif';
  readonly width: number;
  readonly height: number;
}

/** Graph takes photos of less than 4 MB. */
export const LARGEST_IMAGE_BYTES = 4 * 1024 * 1024;

/** How much of a file is enough to see what kind of image it is. */
export const IMAGE_MARK_BYTES = 8;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** What kind of image begins with these bytes; undefined for anything but PNG, JPEG and GIF. */
export function imageType(bytes: Buffer): Image['mediaType'] | undefined {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'image/jpeg';
  if (/^GIF8[79]a/.test(bytes.toString('latin1', 0, 6))) return 'image/gif';
  return undefined;
}

/** Kind and size of an image; undefined for anything but a PNG, JPEG or GIF that says how large it is. */
export function imageOf(bytes: Buffer): Image | undefined {
  const mediaType = imageType(bytes);
  const size = mediaType && SIZE_OF[mediaType](bytes);
  if (mediaType === undefined || size === undefined) return undefined;
  const [width, height] = size;
  return width === 0 || height === 0 ? undefined : { mediaType, width, height };
}

type Size = readonly [width: number, height: number];

const SIZE_OF: Record<Image['mediaType'], (bytes: Buffer) => Size | undefined> = {
  // The first chunk is always IHDR (PNG specification, 5.6), which begins with the size.
  'image/png': (bytes) =>
    bytes.length < 24 ? undefined : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)],
  'image/gif': (bytes) =>
    bytes.length < 10 ? undefined : [bytes.readUInt16LE(6), bytes.readUInt16LE(8)],
  'image/jpeg': jpegSize,
};

/**
 * The size stands in the frame header: a marker SOF0 to SOF15, but for the three of these that begin something
 * else (ITU-T T.81, B.1.1.3). All segments before it say how long they are.
 */
function jpegSize(bytes: Buffer): Size | undefined {
  let at = 2;
  while (at + 9 <= bytes.length) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) {
      // A fill byte.
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2) return undefined;
    at += 2 + length;
  }
  return undefined;
}
