import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  visit,
  type Document,
  type Node,
} from 'yaml';
import type { DocumentProblem } from './model.ts';
import type { DocumentPath } from './path.ts';
import { MAXIMUM_PROBLEMS, type Locate } from './problems.ts';

/** Largest document, characters. */
export const MAXIMUM_CHARACTERS = 200_000;
/** Most names, values and marks of syntax; experiments of the library have a thousand. */
const MAXIMUM_TOKENS = 20_000;
/** Deepest nesting, and most values with aliases followed. */
const MAXIMUM_DEPTH = 40;
const MAXIMUM_VALUES = 50_000;
const MAXIMUM_ALIASES = 100;

/** The text as values with positions, or why it is not YAML 1.2 without extras. */
export type Source =
  { ok: true; value: unknown; locate: Locate } | { ok: false; problems: DocumentProblem[] };

/**
 * Reads YAML 1.2 (core schema). Refused are tags, several documents, keys given twice and keys that
 * are not text; size, depth and aliases are bounded, so that time and memory are.
 */
export function readSource(text: string): Source {
  if (text.length > MAXIMUM_CHARACTERS) {
    return refuse(
      `a document has at most ${MAXIMUM_CHARACTERS} characters; received ${text.length}`,
    );
  }
  if (!hasFewTokens(text)) {
    return refuse(`a document has at most ${MAXIMUM_TOKENS} names, values and marks of syntax`);
  }
  const lines = new LineCounter();
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (offset: number, message: string): DocumentProblem => ({
    ...position(offset),
    path: '',
    message,
    suggestion: null,
  });
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      stringKeys: true,
      // Compares every key with every other; see `repeatedKeys`.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
    const problems = [
      ...[...document.errors, ...document.warnings].map(({ code, message, pos }) =>
        problem(pos[0], PLAIN[code] ?? message),
      ),
      ...repeatedKeys(document).map(({ at, key }) =>
        problem(at, `${key} stands here a second time; a key is given once`),
      ),
    ];
    if (problems.length > 0) return { ok: false, problems: problems.slice(0, MAXIMUM_PROBLEMS) };
    const value: unknown = document.toJS({ maxAliasCount: MAXIMUM_ALIASES });
    if (!isBounded(value)) {
      return refuse(
        `a document is nested ${MAXIMUM_DEPTH} deep and has ${MAXIMUM_VALUES} values at most, aliases followed`,
      );
    }
    return {
      ok: true,
      value,
      locate: (path, what) => position(offsetOf(document, path, what)),
    };
  } catch (error) {
    return refuse(error instanceof Error ? `the document cannot be read: ${error.message}` : '');
  }
}

/** What the parser says in its own words, for people. */
const PLAIN: Readonly<Record<string, string>> = {
  MULTIPLE_DOCS: 'a file holds one document; --- begins a second one here',
  RESOURCE_EXHAUSTION: 'this is nested too deeply',
  TAG_RESOLVE_FAILED: 'tags (!…) are not used in experiments',
};

function refuse(message: string): Source {
  return { ok: false, problems: [{ line: 1, column: 1, path: '', message, suggestion: null }] };
}

function repeatedKeys(document: Document): { at: number; key: string }[] {
  const found: { at: number; key: string }[] = [];
  visit(document, {
    Map(_key, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = keyName(key);
        if (seen.has(name)) found.push({ at: startOf(key), key: name });
        seen.add(name);
      }
    },
  });
  return found;
}

/** Taking a text apart is cheap; what is made of it, with every mistake, is not. */
function hasFewTokens(text: string): boolean {
  let seen = 0;
  for (const _token of new Lexer().lex(text)) {
    if (++seen > MAXIMUM_TOKENS) return false;
  }
  return true;
}

/** Whether walking `value` to its ends takes bounded time; a list may hold itself by an alias. */
function isBounded(value: unknown): boolean {
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 0 }];
  let seen = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (++seen > MAXIMUM_VALUES || next.depth > MAXIMUM_DEPTH) return false;
    if (typeof next.value !== 'object' || next.value === null) continue;
    for (const child of Object.values(next.value)) {
      waiting.push({ value: child, depth: next.depth + 1 });
    }
  }
  return true;
}

/** The deepest part of `path` that is there: what is missing is shown where it should be. */
function offsetOf(document: Document, path: DocumentPath, what: 'value' | 'key'): number {
  let node = document.contents;
  let offset = startOf(node);
  for (const [index, part] of path.entries()) {
    if (isAlias(node)) node = (node.resolve(document) as Node | undefined) ?? null;
    if (isSeq(node) && typeof part === 'number') {
      node = (node.items[part] as Node | undefined) ?? null;
      if (node === null) return offset;
      offset = startOf(node);
    } else if (isMap(node)) {
      const pair = node.items.find(({ key }) => keyName(key) === String(part));
      if (!pair) return offset;
      const isLast = index === path.length - 1;
      const wanted = isLast && what === 'key' ? pair.key : (pair.value ?? pair.key);
      // An empty value has no place of its own, and a block is best found by its key.
      const shown = isScalar(wanted) && wanted.range?.[0] !== wanted.range?.[1] ? wanted : pair.key;
      offset = startOf(shown);
      node = pair.value as Node | null;
    } else {
      return offset;
    }
  }
  return offset;
}

function keyName(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  const range = (node as { range?: [number, number, number] | null } | null)?.range;
  return range?.[0] ?? 0;
}
