/**
 * What a toxic's attributes may be. One description drives validation, the API's answers and the
 * reference page.
 */
export type AttributeSpec = IntegerSpec | RatioSpec | ChoiceSpec | TextSpec;

interface Described {
  /** What the attribute does, one sentence. */
  readonly summary: string;
}

export interface IntegerSpec extends Described {
  readonly kind: 'integer';
  /** `ms`, `us`, `B`, `KB/s`. */
  readonly unit: string;
  /** Smallest value accepted, inclusive. */
  readonly min: number;
}

export interface RatioSpec extends Described {
  readonly kind: 'ratio';
}

export interface ChoiceSpec<Option extends string = string> extends Described {
  readonly kind: 'choice';
  /** The first one is the default. */
  readonly options: readonly [Option, ...Option[]];
}

export interface TextSpec extends Described {
  readonly kind: 'text';
}

export type AttributeSpecs = Readonly<Record<string, AttributeSpec>>;

/** Values of attributes as a toxic's behaviour reads them. */
export type AttributesOf<Specs extends AttributeSpecs> = {
  readonly [Name in keyof Specs]: Specs[Name] extends ChoiceSpec<infer Option>
    ? Option
    : Specs[Name] extends TextSpec
      ? string
      : number;
};

/** Attributes of a toxic whose type is not known statically. */
export type Attributes = Readonly<Record<string, number | string>>;

/** A whole number of `unit`, at least `min` (default 0), default 0. */
export function integer(unit: string, summary: string, min = 0): IntegerSpec {
  return { kind: 'integer', unit, summary, min };
}

/** A fraction in [0, 1], default 0. */
export function ratio(summary: string): RatioSpec {
  return { kind: 'ratio', summary };
}

/** One of a few words; the first is the default. */
export function choice<Option extends string>(
  options: readonly [Option, ...Option[]],
  summary: string,
): ChoiceSpec<Option> {
  return { kind: 'choice', options, summary };
}

/** Longest text of an attribute, characters. */
const LONGEST_TEXT = 16_384;

/** Any text; default empty. */
export function text(summary: string): TextSpec {
  return { kind: 'text', summary };
}

/** The value that an attribute has when a request does not name it. */
export function defaultOf(spec: AttributeSpec): number | string {
  switch (spec.kind) {
    case 'choice':
      return spec.options[0];
    case 'text':
      return '';
    case 'integer':
    case 'ratio':
      return 0;
  }
}

/** Says why `value` breaks the rule of `spec`, or undefined when it does not. */
export function violationOf(name: string, spec: AttributeSpec, value: unknown): string | undefined {
  switch (spec.kind) {
    case 'integer':
      if (!Number.isSafeInteger(value)) return `${name} must be an integer (${spec.unit})`;
      return (value as number) < spec.min
        ? `${name} must be at least ${spec.min} ${spec.unit}`
        : undefined;
    case 'ratio':
      return typeof value === 'number' && value >= 0 && value <= 1
        ? undefined
        : `${name} must be a number from 0 to 1`;
    case 'choice':
      return spec.options.includes(value as string)
        ? undefined
        : `${name} must be one of ${spec.options.join(', ')}`;
    case 'text':
      return typeof value === 'string' && value.length <= LONGEST_TEXT
        ? undefined
        : `${name} must be a text of at most ${LONGEST_TEXT} characters`;
  }
}
