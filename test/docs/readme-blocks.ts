/** A fenced block of a page, under the heading it stands under. */
export interface Block {
  readonly heading: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a Markdown page, in their order. */
export function blocksOf(markdown: string): Block[] {
  const blocks: Block[] = [];
  let heading = '';
  let open: { readonly language: string; readonly lines: string[] } | undefined;
  for (const line of markdown.split('\n')) {
    if (open !== undefined) {
      if (line === '```') {
        blocks.push({ heading, language: open.language, text: open.lines.join('\n') });
        open = undefined;
      } else {
        open.lines.push(line);
      }
    } else if (line.startsWith('```')) {
      open = { language: line.slice(3).trim(), lines: [] };
    } else if (line.startsWith('#')) {
      heading = line.replace(/^#+ */, '');
    }
  }
  return blocks;
}

export interface Example {
  /** What a reader types into a shell. */
  readonly commands: string;
  /** What the page says is printed: the JSON block right after. */
  readonly printed: string | undefined;
}

/** The `sh` blocks under a heading, each with the `json` block that follows it. */
export function examplesUnder(heading: string, markdown: string): Example[] {
  const blocks = blocksOf(markdown).filter((block) => block.heading === heading);
  return blocks.flatMap(({ language, text }, index) => {
    if (language !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ commands: text, printed: next?.language === 'json' ? next.text : undefined }];
  });
}
