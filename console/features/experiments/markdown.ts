/** A part of a line of Markdown. */
export interface Inline {
  kind: 'text' | 'code' | 'strong' | 'emphasis' | 'link';
  text: string;
  href?: string;
}

/** A block of Markdown: as much of it as runbooks use. */
export type Block =
  | { kind: 'heading'; level: number; inline: Inline[] }
  | { kind: 'paragraph'; inline: Inline[] }
  | { kind: 'list'; ordered: boolean; items: Inline[][] }
  | { kind: 'code'; text: string }
  | { kind: 'table'; head: Inline[][]; rows: Inline[][][] };

const ITEM = /^\s*(?:[-*]|(\d+)[.)])\s+(.*)$/;
const HEADING = /^(#{1,6})\s+(.*)$/;

/** Reads Markdown into blocks. What it does not know stays text; HTML is never let through. */
export function parseMarkdown(text: string): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    if (line.trim() === '') at += 1;
    else if (line.startsWith('```')) at = takeCode(lines, at, blocks);
    else if (HEADING.test(line)) at = takeHeading(line, at, blocks);
    else if (ITEM.test(line)) at = takeList(lines, at, blocks);
    else if (line.startsWith('|')) at = takeTable(lines, at, blocks);
    else at = takeParagraph(lines, at, blocks);
  }
  return blocks;
}

/** Code, emphasis and links within a line. */
export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  const pattern = /`([^`]+)`|\*\*([^*]+)\*\*|\*([^*\s][^*]*)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) parts.push({ kind: 'text', text: text.slice(end, match.index) });
    parts.push(inlineOf(match));
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

function inlineOf([, code, strong, emphasis, label, href]: RegExpMatchArray): Inline {
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined) return { kind: 'strong', text: strong };
  if (emphasis !== undefined) return { kind: 'emphasis', text: emphasis };
  // Only links that lead to a page: a runbook is a text from a file.
  const safe = href !== undefined && /^(https?:\/\/|\/(?!\/))/.test(href);
  return safe ? { kind: 'link', text: label ?? '', href } : { kind: 'text', text: label ?? '' };
}

function takeCode(lines: readonly string[], from: number, blocks: Block[]): number {
  let to = from + 1;
  while (to < lines.length && !lines[to]?.startsWith('```')) to += 1;
  blocks.push({ kind: 'code', text: lines.slice(from + 1, to).join('\n') });
  return to + 1;
}

function takeHeading(line: string, at: number, blocks: Block[]): number {
  const [, marks = '#', text = ''] = HEADING.exec(line) ?? [];
  blocks.push({ kind: 'heading', level: marks.length, inline: parseInline(text) });
  return at + 1;
}

function takeList(lines: readonly string[], from: number, blocks: Block[]): number {
  const items: string[] = [];
  let at = from;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const item = ITEM.exec(line);
    if (item) items.push(item[2] ?? '');
    else if (/^\s+\S/.test(line)) items.push(`${items.pop() ?? ''} ${line.trim()}`);
    else break;
    at += 1;
  }
  const ordered = ITEM.exec(lines[from] ?? '')?.[1] !== undefined;
  blocks.push({ kind: 'list', ordered, items: items.map(parseInline) });
  return at;
}

function takeTable(lines: readonly string[], from: number, blocks: Block[]): number {
  let to = from;
  while (lines[to]?.startsWith('|')) to += 1;
  const rows = lines
    .slice(from, to)
    .filter((line) => !/^\|[\s:|-]+\|?\s*$/.test(line))
    .map((line) =>
      line
        .replaceAll(/^\||\|\s*$/g, '')
        .split('|')
        .map((cell) => parseInline(cell.trim())),
    );
  blocks.push({ kind: 'table', head: rows[0] ?? [], rows: rows.slice(1) });
  return to;
}

function takeParagraph(lines: readonly string[], from: number, blocks: Block[]): number {
  let to = from + 1;
  while (to < lines.length && !/^(\s*$|#{1,6}\s|```|\||\s*([-*]|\d+[.)])\s)/.test(lines[to] ?? ''))
    to += 1;
  const text = lines
    .slice(from, to)
    .map((line) => line.trim())
    .join(' ');
  blocks.push({ kind: 'paragraph', inline: parseInline(text) });
  return to;
}
