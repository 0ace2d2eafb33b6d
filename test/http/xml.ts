/** An element of a parsed document: text between elements is left out, the metadata has none. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
}

const TOKEN =
  /<\?xml [^>]*\?>|<(?<close>\/)?(?<name>[A-Za-z_][\w.:-]*)(?<attributes>(?:\s+[A-Za-z_@][\w.:-]*="[^"<]*")*)\s*(?<empty>\/)?>|\s+/gy;

/**
 * Reads XML as strictly as the metadata needs it: one root, elements closed in order, attributes quoted
 * and each once, no bare `&`, nothing between elements but white space.
 * @throws Error saying where it isn't well-formed.
 */
export function parseXml(text: string): Element {
  const root: Element = { name: '', attributes: {}, children: [] };
  const open: Element[] = [root];
  let at = 0;
  TOKEN.lastIndex = 0;
  while (at < text.length) {
    const token = TOKEN.exec(text);
    const parent = open.at(-1) ?? root;
    if (token === null) throw new Error(`not well-formed at: ${text.slice(at, at + 60)}`);
    at = TOKEN.lastIndex;
    const { name, close, empty, attributes = '' } = token.groups ?? {};
    if (name === undefined) {
      if (token[0].startsWith('<') && token.index !== 0) throw new Error('a late declaration');
      continue;
    }
    if (close !== undefined) {
      if (parent === root || parent.name !== name) throw new Error(`</${name}> closes nothing`);
      open.pop();
      continue;
    }
    const element: Element = { name, attributes: readAttributes(attributes), children: [] };
    parent.children.push(element);
    if (empty === undefined) open.push(element);
  }
  const [document, ...more] = root.children;
  if (open.length !== 1 || document === undefined || more.length > 0) {
    throw new Error(
      `${open.length - 1} open elements and ${root.children.length} roots at the end`,
    );
  }
  return document;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/([\w.:@-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`attribute ${name} twice`);
    if (/&(?!(amp|lt|gt|quot|apos);)/.test(value)) throw new Error(`bare & in ${name}`);
    attributes[name] = value;
  }
  return attributes;
}

/** All elements of that name, at any depth. */
export function elements({ children }: Element, name: string): Element[] {
  return children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...elements(child, name),
  ]);
}
