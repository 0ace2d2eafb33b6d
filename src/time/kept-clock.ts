import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { jsonOf } from '../store/document-json.ts';
import { StoreUnusable } from '../store/errors.ts';
import type { DocumentStore } from '../store/store.ts';
import type { ClockState } from './virtual-clock.ts';

const COLLECTION = 'virtual-clock';
const ID = 'state';

/** Grows when an older Porchlight could no longer read what is written. */
const FORMAT = 1;

const STATE = Type.Object({
  format: Type.Literal(FORMAT),
  state: Type.Union([
    Type.Object({ kind: Type.Literal('frozen'), atMs: Type.Number() }),
    Type.Object({ kind: Type.Literal('running'), aheadMs: Type.Number() }),
  ]),
});
const state = Compile(STATE);

/**
 * How the virtual clock of a store stood: what is kept there is of its time, and would last for years by another.
 * Undefined where it never was moved. @throws StoreUnusable, StoreUnavailable
 */
export async function readClock(documents: DocumentStore): Promise<ClockState | undefined> {
  const text = (await documents.all(COLLECTION)).get(ID);
  if (text === undefined) return undefined;
  const found = jsonOf(text);
  if (!state.Check(found)) {
    throw new StoreUnusable('StoreDamaged', `${COLLECTION}/${ID}`, 'the document makes no sense');
  }
  return (found as Static<typeof STATE>).state;
}

/** Resolves when it would survive a crash. */
export async function keepClock(documents: DocumentStore, kept: ClockState): Promise<void> {
  const text = JSON.stringify({ format: FORMAT, state: kept });
  await documents.write([{ collection: COLLECTION, id: ID, text }]);
}
