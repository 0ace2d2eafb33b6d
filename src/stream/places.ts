import { type Place, placeText } from '../store/place.ts';
import type { Stream } from './stream.ts';

/** Places of streams at one moment, as events: made once for all that are where the others are. */
export class Places {
  readonly #place: Place;
  readonly #event: (place: string) => string;
  #shared: string | undefined;

  /** `place` is that of those who follow, `event` makes text of a place. */
  constructor(place: Place, event: (place: string) => string) {
    this.#place = place;
    this.#event = event;
  }

  /** The event for a stream, which is told it now. */
  tell(stream: Stream, nowMs: number): string {
    const event = this.#eventOf(stream);
    stream.placed(event.length, nowMs);
    return event;
  }

  #eventOf(stream: Stream): string {
    stream.passed(this.#place);
    if (!stream.isAbreast) return this.#event(placeText(stream.placeIn(this.#place)));
    this.#shared ??= this.#event(placeText(this.#place));
    return this.#shared;
  }
}
