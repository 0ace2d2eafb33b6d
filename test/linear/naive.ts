import { Model, type State } from './model.ts';
import { looksFromNs, type Operation } from './operation.ts';

/**
 * Whether a short history has an order, by trying all of them: what the search is measured by. Exact about numbers:
 * they grow if and only if something else was shown meanwhile.
 */
export function hasOrderByTrying(operations: readonly Operation[]): boolean {
  const model = new Model();
  const all = operations.filter((each) => each.kind === 'read' || each.outcome !== 'no effect');
  return go(model.first, undefined, false, all);

  function go(
    state: State,
    number: number | undefined,
    changed: boolean,
    left: readonly Operation[],
  ): boolean {
    if (left.every(mayNeverHappen)) return true;
    const byNs = Math.min(...left.filter((each) => !mayNeverHappen(each)).map(endOf));
    return left.some((next) => {
      if (beginOf(next) > byNs) return false;
      const rest = left.filter((each) => each !== next);
      if (next.kind === 'read') {
        if (next.shown !== state.shown) return false;
        if (number !== undefined && (next.number < number || next.number > number !== changed)) {
          return false;
        }
        return go(state, next.number, false, rest);
      }
      const after = model.step(state, next);
      return after !== undefined && go(after, number, changed || after.shown !== state.shown, rest);
    });
  }
}

function mayNeverHappen(operation: Operation): boolean {
  return operation.kind === 'write' && operation.outcome === 'unknown';
}

function beginOf(operation: Operation): number {
  return operation.kind === 'read' ? looksFromNs(operation) : operation.invokedNs;
}

function endOf({ returnedNs }: Operation): number {
  return returnedNs;
}
