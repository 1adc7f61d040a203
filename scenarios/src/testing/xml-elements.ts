/** An element of a document. */
export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  children: XmlElement[];
  text: string;
}

const TOKEN = /<\?xml [^?]*\?>|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/gy;
const ATTRIBUTE = /([\w-]+)="([^"<]*)"/g;
const ENTITIES: Record<string, string> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
};

/**
 * The elements of an XML document, from the root, in their order.
 *
 * @throws Error when it is not well formed
 */
export function elementsOf(document: string): XmlElement[] {
  const open: XmlElement[] = [];
  const all: XmlElement[] = [];
  let end = 0;
  for (const match of document.matchAll(TOKEN)) {
    end = match.index + match[0].length;
    const [, closed, opened, attributes = '', single, text] = match;
    if (text !== undefined) {
      const holder = open.at(-1);
      if (holder) holder.text += decode(text);
      else if (text.trim() !== '') throw new Error(`text outside of the root: ${text}`);
    } else if (opened !== undefined) {
      if (open.length === 0 && all.length > 0) throw new Error('a second root');
      const element = {
        name: opened,
        attributes: attributesOf(attributes),
        children: [],
        text: '',
      };
      open.at(-1)?.children.push(element);
      all.push(element);
      if (single !== '/') open.push(element);
    } else if (closed !== undefined && open.pop()?.name !== closed) {
      throw new Error(`</${closed}> closes another element`);
    }
  }
  if (end !== document.length)
    throw new Error(`not well formed at: ${document.slice(end, end + 80)}`);
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  return all;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(ATTRIBUTE))
    attributes[name] = decode(value);
  return attributes;
}

function decode(text: string): string {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed()) {
    throw new Error('a character that XML forbids');
  }
  return text.replace(/&[^;]*;?/g, (entity: string): string => {
    const character = ENTITIES[entity];
    if (character === undefined) throw new Error(`unknown entity ${entity}`);
    return character;
  });
}
