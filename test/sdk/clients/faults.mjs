import { RetryHandlerOptions } from '@microsoft/microsoft-graph-client';
import { task } from './task.mjs';

const FAULTS = `${task.origin}/porchlight/faults`;

/** Orders a fault of the dev server, which takes orders from whoever is on its machine. */
export async function order(fault) {
  const response = await fetch(FAULTS, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(fault),
  });
  const ordered = await response.json();
  if (response.status !== 201) throw new Error(JSON.stringify(ordered));
  return ordered;
}

export async function ordered() {
  return (await (await fetch(FAULTS)).json()).value;
}

/** How often it struck so far. */
export async function struck({ id }) {
  return (await ordered()).find((each) => each.id === id).struck;
}

export async function callOffAll() {
  await fetch(FAULTS, { method: 'DELETE' });
}

/** The retry middleware as it is but for its pause of three seconds where the server names none. */
export const hasty = () => [new RetryHandlerOptions(0, 3)];

/** What a call fails with, as far as an application looks at it; null for a success. */
export async function failure(call) {
  try {
    await call;
    return null;
  } catch ({ statusCode, code, message }) {
    return { statusCode, code, message };
  }
}

/** What the middleware hands on although another try may help: no answer at all, or one of these. */
const WORTH_ANOTHER_TRY = [-1, 429, 500, 502, 503, 504];

/** An application's own retry around the middleware's. */
export async function persistently(call) {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 20 || !WORTH_ANOTHER_TRY.includes(error.statusCode)) throw error;
    }
  }
}
