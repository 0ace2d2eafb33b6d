import { inflateSync } from 'node:zlib';

/** Of a pixel: red, green and blue, each 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

const SIGNATURE_BYTES = 8;

/** The colours of a screenshot's pixels, row by row. Takes 8 bits a channel, not interlaced. */
export function pixelsOf(png: Buffer): readonly Colour[] {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const [depth, kind, interlaced] = [png[24], png[25], png[28]];
  if (depth !== 8 || (kind !== 2 && kind !== 6) || interlaced !== 0) {
    throw new Error(`not a PNG that can be read here: depth ${depth}, colours ${kind}`);
  }
  const channels = kind === 6 ? 4 : 3;
  const bytes = unfiltered(inflateSync(imageData(png)), width * channels, channels);
  return Array.from({ length: width * height }, (_, index): Colour => {
    const [red = 0, green = 0, blue = 0] = bytes.subarray(index * channels, index * channels + 3);
    return [red, green, blue];
  });
}

/** The share of the pixels that has this colour, give or take what scaling does to it. */
export function shareOf(colour: Colour, pixels: readonly Colour[]): number {
  const near = pixels.filter((pixel) =>
    colour.every((value, channel) => Math.abs(value - (pixel[channel] ?? 0)) <= 8),
  );
  return near.length / pixels.length;
}

/** What the IDAT chunks hold together. */
function imageData(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = SIGNATURE_BYTES; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') {
      parts.push(png.subarray(at + 8, at + 8 + length));
    }
    at += 12 + length;
  }
  return Buffer.concat(parts);
}

/** Undoes the filter of each row (PNG, section 9): a byte is kept as the difference to what its neighbours suggest. */
function unfiltered(data: Buffer, rowBytes: number, channels: number): Buffer {
  const out = Buffer.alloc((data.length / (rowBytes + 1)) * rowBytes);
  for (let at = 0; at < out.length; at++) {
    const [row, column] = [Math.floor(at / rowBytes), at % rowBytes];
    const filter = data[row * (rowBytes + 1)] ?? 0;
    const isFirst = column < channels;
    const left = isFirst ? 0 : (out[at - channels] ?? 0);
    const above = out[at - rowBytes] ?? 0;
    const corner = isFirst ? 0 : (out[at - rowBytes - channels] ?? 0);
    const suggested = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][filter];
    out[at] = (data[row * (rowBytes + 1) + 1 + column] ?? 0) + (suggested ?? 0);
  }
  return out;
}

/** Paeth's choice: the neighbour that is nearest to left + above - corner. */
function nearest(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
