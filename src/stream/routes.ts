import type { Route } from '../http/route.ts';
import { deltaOfPresences } from './delta.ts';
import { type StreamParts, streamPresences } from './stream-presences.ts';

/** The operations of Porchlight's own by which clients follow presence. */
export function streamRoutes(parts: StreamParts): readonly Route[] {
  return [...streamPresences(parts), deltaOfPresences(parts)];
}
