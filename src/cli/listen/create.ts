import { type ApiCall, Refused } from '../call-api.ts';
import { CommandFailed } from '../command.ts';
import type { SubscriptionRequest } from './wish.ts';

/** Calls /subscriptions, or what lies below it. */
export type Call = (
  method: ApiCall['method'],
  path: string,
  more?: Partial<ApiCall>,
) => Promise<unknown>;

/** What is looked at of a subscription. */
export interface Created {
  readonly id: string;
  readonly until: string;
}

/** The server shakes hands with the receiver first, which may take it ten seconds. */
const TIMEOUT_MS = 15_000;

/**
 * Makes a subscription. Graph allows one for each application and user: one of an earlier run, which
 * could not delete it, is in the way and is deleted.
 * @throws CommandFailed saying why the server refused
 */
export async function create(body: SubscriptionRequest, call: Call): Promise<Created> {
  const post = async () => createdOf(await call('POST', '', { body, timeoutMs: TIMEOUT_MS }));
  try {
    return await post();
  } catch (error) {
    if (!(error instanceof Refused && error.status === 409)) throw error;
    const left = await leftBehind(body.notificationUrl, call);
    if (left.length === 0) {
      throw new CommandFailed(
        `${error.message}\nSubscribe with another --app or --user; \`porchlight subscriptions\` shows what there is.`,
        { cause: error },
      );
    }
    for (const id of left) await call('DELETE', `/${id}`);
    return post();
  }
}

/** The port is ours now: who else subscribed with it is gone. */
async function leftBehind(notificationUrl: string, call: Call): Promise<readonly string[]> {
  const { value } = ((await call('GET', '')) ?? {}) as {
    readonly value?: readonly { readonly id: string; readonly notificationUrl: string }[];
  };
  return (value ?? [])
    .filter((each) => each.notificationUrl === notificationUrl)
    .map(({ id }) => id);
}

/** @throws CommandFailed when it isn't a subscription */
export function createdOf(answer: unknown): Created {
  const { id, expirationDateTime: until } = (answer ?? {}) as Record<string, unknown>;
  if (typeof id === 'string' && typeof until === 'string') return { id, until };
  throw new CommandFailed('the server answered without a subscription');
}
