import { type Explanation, explain } from './explain.ts';
import { grouped } from './grouped.ts';
import { describeOperation, type Operation, type Read } from './operation.ts';
import { searchOrder } from './search.ts';

/** What is wrong with the history of one user: the first thing found. */
export interface Finding extends Explanation {
  readonly userId: string;
}

/**
 * Whether there is an order in which one machine could have done all of it, for each user by itself: a history
 * of several is linearizable when that of each of them is. Users begin without anything said about them, but known.
 */
export function checkHistory(history: readonly Operation[]): Finding[] {
  const byUser = grouped(history, ({ userId }) => userId);
  return [...byUser].flatMap(([userId, operations]) => {
    const found = repeatedNumber(operations) ?? disorder(operations);
    return found === undefined ? [] : [{ userId, ...found }];
  });
}

/** The same, without looking for words: fast also where there is none. */
export function hasOrder(history: readonly Operation[]): boolean {
  const byUser = [...grouped(history, ({ userId }) => userId).values()];
  return byUser.every((operations) => {
    return repeatedNumber(operations) === undefined && searchOrder(operations) === undefined;
  });
}

export function describeFinding({ userId, kind, text, operations }: Finding): string {
  return [`${kind}, user ${userId}: ${text}`, ...operations.map(describeOperation)].join('\n  ');
}

function disorder(operations: readonly Operation[]): Explanation | undefined {
  const stuck = searchOrder(operations);
  return stuck === undefined ? undefined : explain(operations, stuck);
}

/** One number stands for one content, whoever read it and when. */
function repeatedNumber(operations: readonly Operation[]): Explanation | undefined {
  const first = new Map<number, Read>();
  for (const read of operations) {
    if (read.kind !== 'read') continue;
    const other = first.get(read.number);
    if (other === undefined) first.set(read.number, read);
    else if (other.shown !== read.shown) {
      const text = `number ${read.number} stands for ${other.shown} and for ${read.shown}`;
      return { kind: 'repeated number', text, operations: [other, read] };
    }
  }
  return undefined;
}
