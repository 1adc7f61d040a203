/** Body of `POST /api/faults` as it was asked for: kind, selector, fields, time limit. */
export type FaultSpec = Readonly<Record<string, unknown>> & { kind: string };

/** What a draft is made of besides the faults. */
export interface DraftLab {
  /** Requests per second of the present load. */
  rps: number;
  seed: number;
}

const LONGEST_FAULT_S = 120;
const SHORTEST_FAULT_S = 20;

/** A document that injects these faults and holds the gateway to its steady state meanwhile. */
export function draftDocument(faults: readonly FaultSpec[], lab: DraftLab): string {
  const subject = faults.map(subjectOf).join(' and ') || 'nothing yet';
  const seconds = Math.max(SHORTEST_FAULT_S, ...faults.map(secondsOf));
  return [
    'apiVersion: faultline/v1',
    'kind: Experiment',
    'metadata:',
    `  name: ${slug(faults)}`,
    `  title: ${scalar(`Customers do not notice ${subject}`)}`,
    '  description: Say here why this should hold.',
    `load: { rps: ${Math.max(1, Math.round(lab.rps))}, seed: ${lab.seed}, warmup: 10s }`,
    'steadyState:',
    '  - probe: red.errorRatio',
    '    service: gateway',
    '    window: 10s',
    '    expect: < 1%',
    '  - probe: red.latency',
    '    service: gateway',
    '    quantile: 0.95',
    '    window: 10s',
    '    expect: < 400ms',
    'method:',
    ...faults.map((fault) => `  - inject: ${inject(fault, seconds)}`),
    `  - observe: { for: ${seconds - SETTLE_S}s, steadyState: [red.errorRatio, red.latency] }`,
    '  - clear: all',
    'invariants: [money-conserved, stock-conserved, no-double-effect, no-stuck-saga]',
    '',
  ].join('\n');
}
const SETTLE_S = 5;

/** Reads faults from a link; anything that is not a list of faults gives none. */
export function readFaults(raw: string | null): FaultSpec[] {
  if (raw === null) return [];
  try {
    const parsed: unknown = JSON.parse(raw);
    return Array.isArray(parsed) ? parsed.filter(isFault) : [];
  } catch {
    return [];
  }
}

/** Faults as a link carries them. */
export function writeFaults(faults: readonly FaultSpec[]): string {
  return JSON.stringify(faults);
}

/** Up to the name of a document, and the name; metadata stand in a block or in braces. */
const NAME =
  /^(metadata:[^\S\n]*(?:\{[^}]*?(?<=[\s{,])|\n(?:[^\S\n]+.*\n)*?[^\S\n]+)name:\s*["']?)([A-Za-z0-9][\w.-]*)/m;

/** The name in a document's metadata; null while there is none. */
export function nameIn(document: string): string | null {
  return NAME.exec(document)?.[2] ?? null;
}

/** The document under another name, to be saved beside the one it came from. */
export function copyDocument(document: string): string {
  return document.replace(NAME, '$1$2-copy');
}

function isFault(value: unknown): value is FaultSpec {
  return (
    typeof value === 'object' && value !== null && typeof (value as FaultSpec).kind === 'string'
  );
}

function inject(fault: FaultSpec, seconds: number): string {
  const { ttlSeconds: _, ...fields } = fault;
  const entries = Object.entries(fields).map(([field, value]) => {
    if (typeof value === 'number' && field.endsWith('Ms')) {
      return `${field.slice(0, -2)}: ${duration(value)}`;
    }
    return `${field}: ${flow(value)}`;
  });
  return `{ ${[...entries, `for: ${seconds}s`].join(', ')} }`;
}

function duration(ms: number): string {
  return ms >= 1000 && ms % 100 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}

function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  return typeof value === 'string' ? scalar(value) : JSON.stringify(value);
}

/** Words that no YAML reader takes for anything else are left bare. */
function scalar(value: string): string {
  const bare =
    /^[A-Za-z][\w.>/ -]*$/.test(value) && !/^(true|false|null|yes|no|on|off)$/i.test(value);
  return bare ? value : JSON.stringify(value);
}

function secondsOf({ ttlSeconds }: FaultSpec): number {
  return typeof ttlSeconds === 'number' ? Math.min(LONGEST_FAULT_S, Math.round(ttlSeconds)) : 0;
}

function targetOf({ link, links, service, instance }: FaultSpec): string {
  const target = [
    link,
    ...(Array.isArray(links) ? (links as unknown[]) : [links]),
    service,
    instance,
  ].find((candidate) => typeof candidate === 'string');
  return typeof target === 'string' ? target : '';
}

function subjectOf(fault: FaultSpec): string {
  const target = targetOf(fault);
  const kind = fault.kind.replace(/^[^.]*\./, '').replaceAll('-', ' ');
  return target === '' ? kind : `${kind} on ${target.replace('->', ' to ')}`;
}

function slug(faults: readonly FaultSpec[]): string {
  const words = faults.map(subjectOf).join(' ') || 'my experiment';
  return words
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 80);
}
