import { MEASURED } from './figures.ts';
import { assumptions, measured, sizes } from './tables.ts';

const PARTS: Readonly<Record<string, () => string>> = {
  command: () => `\`\`\`sh\n${MEASURED.command}\n\`\`\``,
  measured,
  assumptions,
  polling: () => sizes('polling'),
  streams: () => sizes('streams'),
};

const PART = /(<!-- (\w+) -->\n)[\s\S]*?(<!-- end -->)/g;

/** The page with its computed parts made anew: each stands between a comment with its name and `<!-- end -->`. */
export function withComputedParts(page: string): string {
  const found = [...page.matchAll(PART)].map(([, , name]) => name);
  if (found.join() !== Object.keys(PARTS).join()) {
    throw new Error(`the page has the parts ${found}, not ${Object.keys(PARTS)}`);
  }
  return page.replace(PART, (_, begin: string, name: string, end: string) => {
    return `${begin}\n${PARTS[name]?.()}\n\n${end}`;
  });
}
