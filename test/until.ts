const PATIENCE_MS = 15_000;
const PAUSE_MS = 20;

/** Resolves as soon as the condition holds; asks again and again, also after errors, and gives up at last. */
export async function until(
  holds: () => Promise<boolean> | boolean,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const endMs = performance.now() + patienceMs;
  let fault: unknown;
  while (performance.now() < endMs) {
    try {
      if (await holds()) return;
      fault = undefined;
    } catch (error) {
      fault = error;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`it did not come about in ${patienceMs} ms: ${holds}`, { cause: fault });
}
