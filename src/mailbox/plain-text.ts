const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
};

/** What Outlook shows of a body in a list. */
const PREVIEW_CHARACTERS = 255;

/**
 * The text of HTML, for reading and not for showing as HTML again: without tags, comments, styles and
 * scripts. One pass over the text, whatever is in it.
 */
export function textOfHtml(html: string): string {
  let text = '';
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open === -1) break;
    const isComment = html.startsWith('<!--', open);
    const close = html.indexOf(isComment ? '-->' : '>', open);
    if (close === -1) break;
    text += html.slice(at, open);
    if (isComment) {
      at = close + 3;
      continue;
    }
    const tag = html.slice(open + 1, Math.min(close, open + 12)).toLowerCase();
    at = afterTag(html, tag, close + 1);
    if (/^(br|p|div|\/p|\/div|\/tr|\/li)\b/.test(tag)) text += '\n';
  }
  text += html.slice(at);
  return text.replaceAll(/&(\w{2,4});/g, (all, name: string) => ENTITIES[name] ?? all).trim();
}

/** Where to read on: what a style or a script holds is no text. */
function afterTag(html: string, tag: string, at: number): number {
  const [name] = /^(style|script)\b/.exec(tag) ?? [];
  if (name === undefined) return at;
  const end = html.indexOf(`</${name}`, at);
  return end === -1 ? html.length : end;
}

/** The first words of a body, on one line. */
export function previewOf(contentType: 'text' | 'html', content: string): string {
  const text = contentType === 'html' ? textOfHtml(content) : content;
  return text
    .slice(0, PREVIEW_CHARACTERS * 4)
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, PREVIEW_CHARACTERS);
}
