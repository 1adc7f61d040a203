/** What the command line asks for. */
export interface Flags {
  readonly host: string;
  readonly port: number;
  /** Path of a JSON file in the shape of `POST /populate`. */
  readonly config?: string;
  readonly seed?: number;
  readonly proxyMetrics: boolean;
  readonly runtimeMetrics: boolean;
  readonly halfClose: boolean;
  readonly version: boolean;
}

/** A command line that cannot be understood. */
export interface FlagProblem {
  readonly problem: string;
}

const NAMES_WITH_VALUE = ['host', 'port', 'config', 'seed'] as const;
const SWITCHES = ['proxy-metrics', 'runtime-metrics', 'half-close', 'version'] as const;

type NameWithValue = (typeof NAMES_WITH_VALUE)[number];
type Switch = (typeof SWITCHES)[number];

/** Parses flags as Go does: one dash or two, `-name value` or `-name=value`, `-switch[=false]`. */
export function parseFlags(args: readonly string[]): Flags | FlagProblem {
  const values = new Map<NameWithValue, string>();
  const switches = new Map<Switch, boolean>([['half-close', true]]);
  const rest = [...args];
  for (let flag = rest.shift(); flag !== undefined; flag = rest.shift()) {
    const [, name, given] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(flag) ?? [];
    if (isOneOf(NAMES_WITH_VALUE, name)) {
      const value = given ?? rest.shift();
      if (value === undefined) return { problem: `flag needs an argument: -${name}` };
      values.set(name, value);
    } else if (isOneOf(SWITCHES, name)) {
      if (given !== undefined && given !== 'true' && given !== 'false') {
        return { problem: `-${name} must be true or false, got ${given}` };
      }
      switches.set(name, given !== 'false');
    } else {
      return {
        problem: `unknown flag ${flag}; known: ${[...NAMES_WITH_VALUE, ...SWITCHES].map((known) => `-${known}`).join(' ')}`,
      };
    }
  }
  return toFlags(values, switches);
}

function toFlags(
  values: ReadonlyMap<NameWithValue, string>,
  switches: ReadonlyMap<Switch, boolean>,
): Flags | FlagProblem {
  const port = Number(values.get('port') ?? '8474');
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return { problem: `-port must be an integer from 0 to 65535, got ${values.get('port') ?? ''}` };
  }
  const seed = Number(values.get('seed') ?? '0');
  if (!Number.isSafeInteger(seed)) {
    return { problem: `-seed must be an integer, got ${values.get('seed') ?? ''}` };
  }
  const config = values.get('config');
  return {
    host: values.get('host') ?? '127.0.0.1',
    port,
    ...(config !== undefined && { config }),
    ...(values.has('seed') && { seed }),
    proxyMetrics: switches.get('proxy-metrics') ?? false,
    runtimeMetrics: switches.get('runtime-metrics') ?? false,
    halfClose: switches.get('half-close') ?? true,
    version: switches.get('version') ?? false,
  };
}

function isOneOf<T extends string>(known: readonly T[], name: string | undefined): name is T {
  return known.includes(name as T);
}
