/** Where the cursor stands in a document, in the terms of its schema. */
export interface YamlPlace {
  /** Keys and `[]` for an item of a list, from the root: `['method', '[]', 'inject']`. */
  path: string[];
  /** A key is being written, or the value of one (then the key is the last of `path`). */
  writes: 'key' | 'value';
  /** What stands before the cursor of the word being written. */
  word: string;
  /** Keys of the same object with their values as text, where these stand on their own line or in its braces. */
  siblings: Readonly<Record<string, string>>;
}

interface Line {
  indent: number;
  /** `- ` at the beginning of the content: how many columns it takes. */
  dash: number;
  key: string | null;
  value: string;
}

const KEY = /^([A-Za-z_][\w.>-]*)\s*:(?:\s+|$)(.*)$/;

/**
 * Finds the place of the cursor. Reads what people write in documents: block mappings and lists, and
 * `{ … }` or `[ … ]` within one line. Null in a comment or in a text that is quoted.
 */
export function placeAt(text: string, offset: number): YamlPlace | null {
  const before = text.slice(0, offset).split('\n');
  const current = before.at(-1) ?? '';
  if (/^\s*#|\s#/.test(current) || quotes(current) % 2 === 1) return null;
  const flow = flowAt(current);
  const head = readLine(flow === null ? current : current.slice(0, flow.from));
  const block = blockPath(before.slice(0, -1).map(readLine), head);
  if (flow !== null) return { ...flow.place, path: [...block, ...keyOf(head), ...flow.place.path] };
  if (head.key !== null) {
    return { path: [...block, head.key], writes: 'value', word: head.value, siblings: {} };
  }
  const siblings = siblingsOf(text.split('\n').map(readLine), before.length - 1, head);
  return { path: block, writes: 'key', word: head.value, siblings };
}

function keyOf(line: Line): string[] {
  return line.key === null ? [] : [line.key];
}

function readLine(raw: string): Line {
  const indent = raw.length - raw.trimStart().length;
  const dash = /^(?:-\s+)+|^-$/.exec(raw.slice(indent))?.[0].length ?? 0;
  const content = raw.slice(indent + dash);
  const [, key = null, value = ''] = KEY.exec(content) ?? [];
  return { indent, dash, key, value: key === null ? content : value };
}

/** Keys above that the line belongs to, outermost first. */
function blockPath(above: readonly Line[], head: Line): string[] {
  const path: string[] = [];
  let column = head.indent;
  if (head.dash > 0) path.unshift('[]');
  for (const line of above.toReversed()) {
    if (line.key === null && line.dash === 0) continue;
    const inner = line.indent + line.dash;
    // A list may stand at the column of its own key.
    const parent =
      line.key !== null &&
      line.value === '' &&
      (inner < column || (inner === column && path[0] === '[]'));
    if (parent && line.key !== null) {
      path.unshift(line.key);
      column = inner;
    }
    if (line.dash > 0 && line.indent < column && (parent || inner === column || inner < column)) {
      path.unshift('[]');
      column = line.indent;
    }
    if (column === 0 && path[0] !== '[]') break;
  }
  return path;
}

function siblingsOf(lines: readonly Line[], at: number, head: Line): Record<string, string> {
  const column = head.indent + head.dash;
  const found: Record<string, string> = {};
  const take = (line: Line | undefined): boolean => {
    if (line === undefined) return false;
    const inner = line.indent + line.dash;
    if (line.key === null && line.value === '') return true;
    if (inner < column) return false;
    if (inner === column && line.key !== null) found[line.key] = line.value;
    return true;
  };
  for (let up = at - 1; head.dash === 0 && take(lines[up]); up -= 1) {
    if ((lines[up]?.dash ?? 0) > 0 && (lines[up]?.indent ?? 0) < column) break;
  }
  for (let down = at + 1; lines[down] !== undefined; down += 1) {
    if ((lines[down]?.dash ?? 0) > 0 && (lines[down]?.indent ?? 0) < column) break;
    if (!take(lines[down])) break;
  }
  return found;
}

interface Frame {
  open: '{' | '[';
  key: string | null;
  siblings: Record<string, string>;
  /** Where the part being written began. */
  part: number;
}

/** The place within braces or brackets of a line; null when none are open at its end. */
function flowAt(line: string): { from: number; place: YamlPlace } | null {
  const stack: Frame[] = [];
  let from = -1;
  const endPart = (frame: Frame | undefined, to: number) => {
    const [, key, value = ''] = KEY.exec(line.slice(frame?.part ?? 0, to).trim()) ?? [];
    if (frame?.open === '{' && key !== undefined) frame.siblings[key] = value.trim();
  };
  for (const [at, character] of [...line].entries()) {
    const frame = stack.at(-1);
    if (character === '{' || character === '[') {
      if (stack.length === 0) from = at;
      if (frame?.open === '{') frame.key = KEY.exec(line.slice(frame.part, at).trim())?.[1] ?? null;
      stack.push({ open: character, key: null, siblings: {}, part: at + 1 });
    } else if ((character === '}' || character === ']') && frame) {
      stack.pop();
    } else if (character === ',' && frame) {
      endPart(frame, at);
      frame.part = at + 1;
      frame.key = null;
    }
  }
  const last = stack.at(-1);
  if (last === undefined) return null;
  const path = stack.flatMap((frame) => [
    ...(frame.open === '[' ? ['[]'] : []),
    ...(frame === last || frame.key === null ? [] : [frame.key]),
  ]);
  const part = line.slice(last.part).trimStart();
  const [, key, value = ''] = KEY.exec(part) ?? [];
  const place: YamlPlace =
    last.open === '[' || key !== undefined
      ? {
          path: key === undefined ? path : [...path, key],
          writes: 'value',
          word: key === undefined ? part : value,
          siblings: last.siblings,
        }
      : { path, writes: 'key', word: part, siblings: last.siblings };
  return { from, place };
}

function quotes(text: string): number {
  return (text.match(/"/g) ?? []).length;
}
