/*
 * Test files share their modules, so a hook that a helper registers when it is loaded belongs to the first file
 * alone. What is to be tidied after each file is said here; test/setup.ts sees to it.
 */

type Tidy = () => unknown;

const tidying = new Set<Tidy>();

/** Has something done after each file of tests from now on. It may find nothing to do. */
export function atFileEnd(tidy: Tidy): void {
  tidying.add(tidy);
}

/** Does all of it; the first failure is thrown once all was tried. */
export async function tidyUp(): Promise<void> {
  const results = await Promise.allSettled(Array.from(tidying, async (tidy) => tidy()));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
