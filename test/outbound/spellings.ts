import { type Address, bytesOf, groupsOf, quad } from './addresses.ts';

/** Hosts, as a URL may have them, that are one address or lead to it. Each once. */
export interface Spellings {
  /** `new URL` reads them all as the address. */
  readonly same: readonly string[];
  /** Addresses that hold the address, and forms with a zone or an encoding that no URL has. */
  readonly others: readonly string[];
}

export function spellingsOf(address: Address): Spellings {
  const { same, others } = address.family === 4 ? ofIpv4(address.value) : ofIpv6(address.value);
  return { same: [...new Set(same)], others: [...new Set(others)] };
}

function ofIpv4(value: bigint): Spellings {
  const bytes = bytesOf(value);
  const [a = 0, b = 0, c = 0, d = 0] = bytes;
  const plain = quad(value);
  const hex = (part: number | bigint) => `0x${part.toString(16)}`;
  const octal = (part: number | bigint) => `0${part.toString(8)}`;
  const low = (value & 0xffffn).toString(16);
  const high = (value >> 16n).toString(16);
  const same = [
    plain,
    `${plain}.`,
    `${value}`,
    `${value}.`,
    hex(value),
    hex(value).toUpperCase(),
    `0x${value.toString(16).padStart(16, '0')}`,
    octal(value),
    `000${octal(value)}`,
    bytes.map(hex).join('.'),
    bytes.map((byte) => hex(byte).toUpperCase()).join('.'),
    bytes.map(octal).join('.'),
    bytes.map((byte) => `0000${octal(byte)}`).join('.'),
    `${a}.${value & 0xffffffn}`,
    `${hex(a)}.${octal(value & 0xffffffn)}`,
    `${a}.${b}.${value & 0xffffn}`,
    `${a}.${hex(b)}.${octal(c)}.${d}`,
    percent(plain),
    percent(`${value}`),
    plain.replaceAll('.', '%2e'),
    wide(plain),
    wide(hex(value)),
    plain.replaceAll('.', '\u3002'),
    plain.replaceAll('.', '\uff61'),
    percent(wide(plain)),
    superscript(plain),
    plain.replace('.', '.\u00ad'),
    plain.replace('.', '\t.\n'),
  ];
  const others = [
    `[::ffff:${plain}]`,
    `[::FFFF:${high.toUpperCase()}:${low.toUpperCase()}]`,
    `[0:0:0:0:0:ffff:${high}:${low}]`,
    `[0000:0000:0000:0000:0000:FfFf:${high.padStart(4, '0')}:${low.padStart(4, '0')}]`,
    `[::${plain}]`,
    `[::ffff:0:${plain}]`,
    `[64:ff9b::${plain}]`,
    `[64:ff9b:1::${plain}]`,
    `[2002:${high}:${low}::]`,
    `[2001:0:${high}:${low}::]`,
    `[::ffff:${plain}%25lo]`,
    `${plain}%25lo`,
    `[${plain}]`,
  ];
  return { same, others };
}

function ofIpv6(value: bigint): Spellings {
  const groups = groupsOf(value);
  const padded = groups.map((group) => group.padStart(4, '0'));
  const tail = quad(value & 0xffffffffn);
  const plain = groups.join(':');
  const texts = [
    plain,
    padded.join(':'),
    padded.join(':').toUpperCase(),
    plain.toUpperCase(),
    alternate(padded.join(':')),
    groups.map((group, index) => (index % 2 === 0 ? group : `0${group}`.slice(-4))).join(':'),
    `${groups.slice(0, 6).join(':')}:${tail}`,
    `${padded.slice(0, 6).join(':').toUpperCase()}:${tail}`,
    ...compressed(groups),
    ...compressed(groups).map((text) => text.toUpperCase()),
  ];
  const short = compressed(groups)[0] ?? plain;
  const others = [
    `[${short}%25eth0]`,
    `[${short}%eth0]`,
    `[${short}%251]`,
    `[${short}%25]`,
    percent(`[${short}]`),
    `[${percent(short)}]`,
    short,
    `[${wide(short)}]`,
    `[${short}/128]`,
    `[${short}].`,
    `%5B${short}%5D`,
  ];
  return { same: texts.map((text) => `[${text}]`), others };
}

/** Every place where a run of zeros can be left out. */
function compressed(groups: readonly string[]): string[] {
  const found: string[] = [];
  for (let from = 0; from < 8; from++) {
    for (let to = from; to < 8 && groups[to] === '0'; to++) {
      found.push(`${groups.slice(0, from).join(':')}::${groups.slice(to + 1).join(':')}`);
    }
  }
  return found;
}

function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** Full-width forms: U+FF01 to U+FF5E are those of ASCII. */
function wide(text: string): string {
  return text.replace(/[!-~]/g, (char) => String.fromCodePoint(char.charCodeAt(0) + 0xfee0));
}

function superscript(text: string): string {
  return text.replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)] ?? digit);
}

function alternate(text: string): string {
  return [...text].map((char, at) => (at % 2 === 0 ? char.toUpperCase() : char)).join('');
}
