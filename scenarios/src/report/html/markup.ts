import { escapeMarkup } from '../plain-text.ts';

/** HTML that may be put into a page as it is. Only {@link html} and {@link trusted} make it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What a template takes: text is escaped, markup is not, lists are joined, null is nothing. */
export type Part = Markup | string | number | null | readonly Part[];

/** A template of HTML; everything that is put into it is escaped unless it is markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(
    strings.reduce((text, string, index) => text + string + write(parts[index] ?? null), ''),
  );
}

/** Marks text that the report itself made of numbers, or that is part of the program. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function write(part: Part): string {
  if (part === null) return '';
  if (typeof part === 'string') return escapeMarkup(part);
  if (typeof part === 'number') return String(part);
  if (part instanceof Markup) return part.toString();
  return part.map(write).join('');
}
