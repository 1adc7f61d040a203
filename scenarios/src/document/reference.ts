import { z } from 'zod';
import { fieldsOf } from '../probes/fields.ts';
import { loadSchema } from './load.ts';
import { abortShape, metadataSchema, type Schemas } from './schema.ts';
import { awaitShape } from './steps.ts';

/** The reference page of experiments, made from the schemas: `docs/reference/experiments.md`. */
export function renderExperimentReference(schemas: Schemas): string {
  const { document, steps, sighting, sweep, vocabulary } = schemas;
  const parts = [
    HEAD,
    section('At the top', tableOf(document)),
    section('metadata', tableOf(metadataSchema)),
    section('load', tableOf(loadSchema)),
    CHECKS,
    section('Tolerances', TOLERANCES),
    section('Probes', probeTable(schemas)),
    section('Steps of the method', STEPS),
    section('observe', tableOf(steps.observe)),
    section('await', `A check, and:\n\n${tableOf(z.strictObject(awaitShape))}`),
    section('scale', tableOf(steps.scale)),
    section('schema', tableOf(steps.schema)),
    section('inject', INJECT + faultTable(schemas)),
    POLICIES + policyTable(schemas),
    section('abortWhen', `A check, and:\n\n${tableOf(z.strictObject(abortShape))}`),
    section('sometimes', tableOf(sighting) + SOMETIMES + list(vocabulary.names.events)),
    section('invariants', list(vocabulary.names.invariants)),
    VARIANTS,
    section('sweep', tableOf(sweep)),
  ];
  return `${parts.join('\n\n')}\n`;
}

const HEAD = `# Experiments

Made from the schemas (\`scenarios/src/document\`); a test holds this page against them.

An experiment is a YAML 1.2 document of at most 200000 characters, without tags and with each key
given once. \`# yaml-language-server: $schema=../experiment.schema.json\` in its first line lets an
editor complete it. \`faultline validate FILE\` tells everything that is wrong with it, with line,
column and what was probably meant; \`faultline plan FILE\` what it would do.

Durations are written \`500ms\`, \`10s\`, \`2m\`, \`1h\`; shares \`50%\` or \`0.5\`; sizes \`64KB\`
(1000 bytes), \`1MiB\`; rates \`50/s\`, \`30/min\`; switches \`on\` and \`off\`.`;

const CHECKS = `## Checks

An entry of \`steadyState\` and \`abortWhen\`, and a step \`await\`, is a check: \`probe\` with its
fields, \`expect\` with a tolerance, and \`id\`, by which \`observe\` and \`because\` refer to it. By
default the id is the name of the probe, with \`#2\`, \`#3\`, … when there are several.`;

const TOLERANCES = `\`< 300ms\`, \`<= 1%\`, \`> 5/s\`, \`>= 2\`, \`= open\`, \`!= 0\`; a value alone must be equal; a range is
\`1% to 5%\` or \`300ms..2s\`, both ends included. The unit must be that of the probe; a number alone
is in its base unit. States can only be held against \`=\`.`;

const STEPS = `A step is a map with one of these words. Steps are done one after the other.

| step | what it does |
| --- | --- |
| \`inject: { kind, … }\` | begins a fault, see below |
| \`clear: all\` | ends faults of the run: all, one id, or a list of ids |
| \`await: { probe, …, expect }\` | waits until a check holds; fails the run when it does not in time |
| \`await: { breaker: a->b, state: open }\` | the same for a circuit breaker |
| \`observe: { for, steadyState }\` | watches; the checks named must hold over the whole time |
| \`scale: { service, replicas }\` | changes the number of instances |
| \`policy: { … }\` | changes policies, as under policies; a list changes several |
| \`load: { rps, mix }\` | changes the load; what is not named stays |
| \`schema: { service, phase }\` | moves a schema change to a phase |
| \`redrive: topic\` | sends the dead letters of a topic again |
| \`rebuild: service\` | builds a projection anew |
| \`parallel: [[…], […]]\` | 2 to 10 branches at once; ends with the last |
| \`sequence: […]\` | steps one after the other, within a branch |

Blocks are nested 5 deep at most. What the method began is undone in every ending.`;

const INJECT = `\`kind\`, one selector (\`link\`, \`links\`, \`service\`, \`instance\`; \`*\` stands for any run of
characters; see [faults](faults.md)), the fields of the kind, \`for\` (time limit, 1s to 1h, default
1m) and \`as\` (id for \`clear\`; default the kind). A field whose name ends in its unit is best written
without it and with a unit in the value: \`latency: 2s\` for \`latencyMs: 2000\`.

`;

const POLICIES = `## policies

\`policies\` at the top are in force for all variants; \`policy\` is a step and a part of a variant. A
change names one subject: \`{ link: orders->payments, breaker: off }\`,
\`{ link: orders->payments, retry: { attempts: 5 }, timeout: { attempt: 2s } }\`,
\`{ service: payments, idempotency: off }\`, \`{ flag: key, percentage: 100 }\` (also \`enabled\`,
\`users\`), \`{ mtls: on }\`. What a field means: [policies](policies.md).

`;

const SOMETIMES = `

\`to\`, \`from\`, \`reason\`, \`state\`, \`step\`, … stand for the attribute of that name in the area of the
event (\`breaker.to\`, \`saga.state\`), \`topic\` for \`messaging.destination.name\`. Events:

`;

const VARIANTS = `## variants

Ways to run the document, by name (lower-case letters, digits, \`-\`; 20 at most), all with the same
seed. Without any there is one, \`as-it-is\`, that must hold.

| word | default | meaning |
| --- | --- | --- |
| \`policy\`, \`policies\` | none | what differs: a change of policies, or a list |
| \`expect\` | holds | what the variant must show: \`holds\` or \`fails\` |
| \`because\` |  | of one that fails: ids of checks or names of invariants; one of them must be broken |`;

function section(title: string, body: string): string {
  return `## ${title}\n\n${body}`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `- \`${name}\``).join('\n');
}

/** The words of a map, with defaults and meanings. */
function tableOf(schema: z.ZodType): string {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
  });
  const rows = Object.entries(properties).map(([word, property]) => {
    const form = property as Property;
    const { description = '', default: initial } = form;
    const absent = initial === undefined ? '' : JSON.stringify(initial).replaceAll('"', '');
    const asked = required.includes(word) ? 'required' : absent;
    return [`\`${word}\``, writtenAs(form), asked, description];
  });
  return table(['word', 'value', 'default', 'meaning'], rows);
}

/** What is read of a JSON Schema. */
interface Property {
  description?: string;
  default?: unknown;
  type?: string;
  /** See `quantity.ts`. */
  range?: string;
  const?: unknown;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
}

/** Kinds of values and their ranges: `500 characters at most`, `0s to 10m`. */
function writtenAs(form: Property): string {
  const { type = '', range, minimum, maximum, maxLength, maxItems } = form;
  if (range !== undefined) return range;
  if (form.const !== undefined) return `\`${JSON.stringify(form.const).replaceAll('"', '')}\``;
  if (form.enum) return form.enum.length > 8 ? 'name of the catalogue' : form.enum.join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (type === 'string') return maxLength === undefined ? 'text' : `text, ${maxLength} at most`;
  if (type === 'array') return maxItems === undefined ? 'list' : `list, ${maxItems} at most`;
  return type === 'object' ? 'map' : '';
}

function probeTable({ vocabulary }: Schemas): string {
  const rows = vocabulary.probes.map(({ kind, unit, summary, schema }) => {
    const fields = fieldsOf(schema).map(({ name, required, default: initial }) => {
      if (required) return `\`${name}\``;
      return initial === null ? `\`${name}\`?` : `\`${name}\` = ${initial}`;
    });
    return [`\`${kind}\``, unit, fields.join(', '), summary];
  });
  return `A field with \`?\` may be absent.\n\n${table(['probe', 'unit', 'fields', 'what it measures'], rows)}`;
}

function faultTable({ injections }: Schemas): string {
  const rows = [...injections.values()].map(({ kind, words }) => [
    `\`${kind.kind}\``,
    firstWords(words).join(', '),
    kind.summary,
  ]);
  return table(['kind', 'fields', 'what it does'], rows);
}

function policyTable({ policies }: Schemas): string {
  const rows = (['link', 'service'] as const).flatMap((subject) =>
    [...policies[subject]].map(([pattern, { words }]) => [
      subject,
      `\`${pattern}\``,
      firstWords(words).join(', '),
    ]),
  );
  return table(['of', 'pattern', 'fields'], rows);
}

/** The recommended word of each field. */
function firstWords(words: readonly { word: string; field: string }[]): string[] {
  const firsts = new Map<string, string>();
  for (const { word, field } of words) if (!firsts.has(field)) firsts.set(field, word);
  return [...firsts.values()].map((word) => `\`${word}\``);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
