/** Where a value stands in a document: keys of maps, positions in lists. */
export type DocumentPath = readonly (string | number)[];

/** `method[0].inject.latency`. */
export function formatPath(path: DocumentPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');
}

/** The field that a message names: the last key, with the positions behind it: `values[2]`. */
export function fieldOf(path: DocumentPath): string {
  const start = path.findLastIndex((part) => typeof part === 'string');
  return formatPath(path.slice(Math.max(0, start))) || 'document';
}
