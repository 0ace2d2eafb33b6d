import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Outcome, readAndExpand } from './read-and-expand.ts';
import { takesAtMost } from './took.ts';

/**
 * Calendars that nobody here wrote, many of them broken or hostile on purpose: the folder that ICS_CORPUS
 * names. Of any of them no more can be asked than this: a clear refusal, or spans that make sense, and soon.
 */
const FOLDER = process.env.ICS_CORPUS ?? '';

/** For one file, of which the largest has 46 KB; all windows of it. */
const LONGEST_MS = 500;
const MOST_WINDOWS = 200;

if (FOLDER === '') {
  // The files are not ours to ship: whoever has them names the folder, as .ci/run does.
  console.warn('ICS_CORPUS names no folder: calendars of other projects are not read.');
  test.skip('calendars of other projects are read, when ICS_CORPUS names a folder of them', () => {});
} else {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ics'))
    .sort();

  test('calendars of other projects: each is refused clearly, or read and expanded soon', () => {
    const outcomes = files.map((name) => {
      const text = readFileSync(join(FOLDER, name), 'utf8');
      const read: Outcome[] = [];
      expect(
        takesAtMost(LONGEST_MS, () => read.push(outcomeOf(name, text))),
        name,
      ).toBe(true);
      return read.at(-1);
    });
    const told = outcomes.flatMap((outcome) => (outcome && 'spans' in outcome ? [outcome] : []));
    const sum = (field: 'events' | 'spans') => told.reduce((all, each) => all + each[field], 0);
    console.info(
      `${files.length} calendars: ${told.length} read, with ${sum('events')} events and` +
        ` ${sum('spans')} spans; ${files.length - told.length} refused`,
    );
    expect(files.length).toBeGreaterThan(0);
    expect(told.length).toBeGreaterThan(files.length / 2);
  });
}

function outcomeOf(name: string, text: string): Outcome {
  try {
    return readAndExpand(text, (beginnings) => beginnings.slice(0, MOST_WINDOWS));
  } catch (cause) {
    throw new Error(`${name} breaks the reader`, { cause });
  }
}
