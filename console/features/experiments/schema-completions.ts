import type { YamlPlace } from './yaml-place.ts';

/** As much of JSON Schema as documents are described with. */
export interface JsonSchema {
  $ref?: string;
  $defs?: Readonly<Record<string, JsonSchema>>;
  definitions?: Readonly<Record<string, JsonSchema>>;
  anyOf?: readonly JsonSchema[];
  oneOf?: readonly JsonSchema[];
  allOf?: readonly JsonSchema[];
  properties?: Readonly<Record<string, JsonSchema>>;
  required?: readonly string[];
  additionalProperties?: JsonSchema | boolean;
  items?: JsonSchema | boolean;
  enum?: readonly unknown[];
  const?: unknown;
  examples?: readonly unknown[];
  default?: unknown;
  type?: string | readonly string[];
  description?: string;
  title?: string;
}

/** One offer of the editor. */
export interface Offer {
  label: string;
  kind: 'key' | 'value';
  /** What is written when it is taken. */
  apply: string;
  /** Short, beside the label: `required`, a default. */
  detail: string;
  description: string;
}

/** What may stand at a place of the document. */
export function offersAt(schema: JsonSchema, place: YamlPlace): Offer[] {
  let nodes = expand(schema, schema);
  const last = place.path.length - 1;
  for (const [at, step] of place.path.entries()) {
    if (place.writes === 'value' && at === last && step !== '[]') {
      nodes = narrowed(nodes, place.siblings, schema);
    }
    nodes = nodes.flatMap((node) => stepInto(node, step, schema));
  }
  return place.writes === 'value'
    ? unique(nodes.flatMap(valueOffers))
    : unique(
        narrowed(nodes, place.siblings, schema).flatMap((node) => keyOffers(node, place, schema)),
      );
}

const DEEPEST = 12;

/** A schema and everything it refers to or may be instead, as flat alternatives. */
function expand(node: JsonSchema | boolean | undefined, root: JsonSchema, depth = 0): JsonSchema[] {
  if (node === undefined || typeof node === 'boolean' || depth > DEEPEST) return [];
  if (node.$ref !== undefined) {
    return expand(referenced(node.$ref, root), root, depth + 1).map((found) =>
      node.description === undefined ? found : { ...found, description: node.description },
    );
  }
  const others = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  return [node, ...others.flatMap((other) => expand(other, root, depth + 1))];
}

function referenced(reference: string, root: JsonSchema): JsonSchema | undefined {
  if (reference === '#') return root;
  const [, name = ''] = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(reference) ?? [];
  return root.$defs?.[name] ?? root.definitions?.[name];
}

function stepInto(node: JsonSchema, step: string, root: JsonSchema): JsonSchema[] {
  if (step === '[]') return expand(node.items, root);
  return expand(node.properties?.[step] ?? node.additionalProperties, root);
}

/** Of alternatives told apart by a fixed value, those that fit the siblings already written. */
function narrowed(
  nodes: readonly JsonSchema[],
  siblings: YamlPlace['siblings'],
  root: JsonSchema,
): JsonSchema[] {
  const fitting = nodes.filter((node) =>
    Object.entries(siblings).every(([key, value]) => {
      const property = node.properties?.[key];
      if (property === undefined) return true;
      const values = expand(property, root).flatMap(fixedValues);
      return (
        values.length === 0 || value === '' || values.includes(value.replaceAll(/^["']|["']$/g, ''))
      );
    }),
  );
  // A value that is not known yet, or mistyped, must not hide everything.
  return fitting.some(({ properties }) => properties !== undefined) ? fitting : [...nodes];
}

function fixedValues(node: JsonSchema): string[] {
  return [...(node.const === undefined ? [] : [node.const]), ...(node.enum ?? [])].map(String);
}

function valueOffers(node: JsonSchema): Offer[] {
  const booleans = node.type === 'boolean' ? ['true', 'false'] : [];
  const examples = (node.examples ?? []).map(String);
  return [...fixedValues(node), ...booleans, ...examples].map((label) => ({
    label,
    kind: 'value',
    apply: label,
    detail: '',
    description: node.description ?? '',
  }));
}

function keyOffers(node: JsonSchema, place: YamlPlace, root: JsonSchema): Offer[] {
  return Object.entries(node.properties ?? {})
    .filter(([key]) => !(key in place.siblings))
    .map(([key, property]) => {
      const found = expand(property, root);
      const nested = found.some(
        (each) => each.properties !== undefined || each.items !== undefined,
      );
      const given = found.find((each) => each.default !== undefined)?.default;
      return {
        label: key,
        kind: 'key',
        apply: nested ? `${key}:` : `${key}: `,
        detail: (node.required ?? []).includes(key)
          ? 'required'
          : given === undefined || typeof given === 'object'
            ? ''
            : `default ${JSON.stringify(given)}`,
        description: found.find((each) => each.description !== undefined)?.description ?? '',
      };
    });
}

function unique(offers: readonly Offer[]): Offer[] {
  return [
    ...new Map(offers.map((offer) => [offer.label, offer] as const).toReversed()).values(),
  ].toReversed();
}
