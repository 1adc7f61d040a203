/** Characters that XML 1.0 does not allow, not even escaped. */
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand between tags and in quoted attributes, of HTML and of XML. */
export function escapeMarkup(text: string): string {
  return withoutControls(text).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Text without what no document may hold: control characters, halves of surrogate pairs. */
export function withoutControls(text: string): string {
  return text.toWellFormed().replace(FORBIDDEN, '');
}

/** One line of text as it may stand in Markdown, also in a cell of a table. */
export function escapeMarkdown(text: string): string {
  return withoutControls(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]<>|#~!&@]/g, (character) => `\\${character}`);
}
