import type { Outbound, OutboundRequest, OutboundResult } from '../outbound/outbound.ts';
import type { NotifiedItem } from './trace.ts';

/** A POST of notifications that is over. */
export interface Delivered {
  readonly url: string;
  readonly items: readonly NotifiedItem[];
  readonly outcome: number | string;
}

/**
 * Tells of each POST of notifications, and changes nothing about them.
 * @param isHeard whether anybody wants to know now: to tell, what was sent has to be read once more
 */
export function recordingOutbound(
  outbound: Outbound,
  isHeard: () => boolean,
  onDelivered: (delivered: Delivered) => void,
): Outbound {
  return {
    async send(request) {
      const result = await outbound.send(request);
      if (!isHeard()) return result;
      const items = itemsOf(request);
      if (items.length > 0) {
        onDelivered({ url: request.url, items, outcome: outcomeOf(result) });
      }
      return result;
    },
    refusal: (url) => outbound.refusal(url),
    close: () => outbound.close(),
  };
}

function outcomeOf(result: OutboundResult): number | string {
  return result.kind === 'answered' ? result.status : result.code;
}

/** What of the server's own writing a body says; nothing of what is no notification. */
function itemsOf({ method, body }: OutboundRequest): readonly NotifiedItem[] {
  if (method !== 'POST' || typeof body !== 'string') return [];
  const { value = [] } = JSON.parse(body) as { value?: readonly Item[] };
  return value.map(({ subscriptionId, resourceData, lifecycleEvent }) => ({
    subscriptionId,
    userId: resourceData?.id ?? null,
    lifecycleEvent: lifecycleEvent ?? null,
  }));
}

interface Item {
  readonly subscriptionId: string;
  readonly resourceData?: { readonly id: string };
  readonly lifecycleEvent?: string;
}
