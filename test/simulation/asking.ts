import type { UserKey } from '../../src/store/store.ts';
import type { Said } from './model.ts';

/** A command that somebody gave a server, and what became of it. */
export interface Order {
  readonly kind: 'order';
  readonly user: UserKey;
  readonly appId: string;
  readonly said: Said;
  /** How often it was carried out. */
  times: number;
  /** What the model made of it last. */
  outcome: { readonly isRefused: boolean; readonly decided: string } | undefined;
}

/** A read, with what is right when it reaches the store: number and look by user. */
export interface Question {
  readonly kind: 'question';
  readonly nowMs: number;
  readonly right: Map<string, string>;
}

/** What a client asked of a server, as far as the store hears of it. */
export type Asking = Order | Question;
