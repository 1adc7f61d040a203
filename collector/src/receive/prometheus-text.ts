/** One sample of a scrape. */
export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL = /\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*,?/y;

/**
 * Reads the Prometheus text format, version 0.0.4:
 *
 *     name [ "{" label "=" "\"" text "\"" { "," … } [ "," ] "}" ] value [ timestamp ]
 *
 * Lines that do not follow it are skipped and counted.
 *
 * @param wanted whether a metric is kept; the others cost next to nothing
 */
export function parsePrometheusText(
  text: string,
  wanted: (name: string) => boolean,
): { samples: Sample[]; skipped: number } {
  const samples: Sample[] = [];
  let skipped = 0;
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const name = NAME.exec(line)?.[0];
    if (name === undefined) {
      skipped += 1;
      continue;
    }
    if (!wanted(name)) continue;
    const sample = parseRest(line, name);
    if (sample) samples.push(sample);
    else skipped += 1;
  }
  return { samples, skipped };
}

function parseRest(line: string, name: string): Sample | null {
  const labels: Record<string, string> = {};
  let at = name.length;
  if (line[at] === '{') {
    LABEL.lastIndex = at + 1;
    at += 1;
    for (let match = LABEL.exec(line); match; match = LABEL.exec(line)) {
      labels[match[1] as string] = unescape(match[2] as string);
      at = LABEL.lastIndex;
    }
    while (line[at] === ' ') at += 1;
    if (line[at] !== '}') return null;
    at += 1;
  }
  const [value] = line.slice(at).trim().split(/\s+/);
  const number = value === undefined || value === '' ? Number.NaN : parseValue(value);
  return Number.isNaN(number) && value !== 'NaN' ? null : { name, labels, value: number };
}

function parseValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
