import { type Holder, saidOf } from '../holder.ts';

/** For people: who holds the lease of this value, which is a number and who took it. */
export function holderSaid(value: Buffer): string {
  try {
    const text = value.toString();
    return saidOf(JSON.parse(text.slice(text.indexOf(' '))) as Holder);
  } catch {
    return 'somebody holds its lease';
  }
}
