import type { Clock } from '../clock.ts';
import type { Outbound } from '../outbound/outbound.ts';
import type { Random } from '../random.ts';
import type { Encryptor, ValidationTokens } from './encryptor.ts';
import type { Lane } from './lane.ts';
import type { Letter } from './letter.ts';
import type { Mishaps } from './mishaps.ts';
import type { Permits } from './permits.ts';
import type { DeliveryTerms } from './terms.ts';

/** What all endpoints of a server work with. */
export interface EndpointParts {
  readonly outbound: Outbound;
  readonly encryptor: Encryptor;
  readonly tokens: ValidationTokens;
  readonly clock: Clock;
  /** For what is the machine's affair, such as when something is kept. */
  readonly steadyClock: Clock;
  readonly random: Random;
  readonly terms: DeliveryTerms;
  readonly permits: Permits;
  /** What goes wrong on purpose; nothing by default. */
  readonly mishaps?: Mishaps;
  /** Told when items were sent, or couldn't be: what is kept of these lanes has changed. */
  readonly onProgress: (lanes: readonly Lane[]) => void;
  /** Told when letters were sent, or couldn't be. */
  readonly onLetters: (letters: readonly Letter[], haveArrived: boolean) => void;
}
