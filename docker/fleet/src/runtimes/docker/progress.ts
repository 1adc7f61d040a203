/** One message of a pull or a build, as far as it is looked at. */
interface EngineMessage {
  id?: string;
  status?: string;
  stream?: string;
  error?: string;
  progressDetail?: { current?: number; total?: number };
}

/** Follows the messages of a pull or a build. */
export interface ProgressReader {
  /** @returns what to tell a person now, null if that has not changed */
  read(chunk: string): string | null;
  /** What went wrong, in the engine's words; null if nothing did. */
  readonly error: string | null;
  /** The last lines of output, oldest first. */
  readonly lastLines: readonly string[];
}

const LAST_LINES = 8;
/** Longest message that is waited for, characters. */
const LONGEST = 100_000;

/** Reads the messages of a pull: layers and megabytes. */
export function createPullReader(): ProgressReader {
  const layers = new Map<string, { current: number; total: number; done: boolean }>();
  return createReader(({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined) return null;
    const layer = layers.get(id) ?? { current: 0, total: 0, done: false };
    if (status === 'Pulling fs layer' || status === 'Waiting') layers.set(id, layer);
    if (status === 'Downloading') {
      layer.current = progressDetail?.current ?? layer.current;
      layer.total = progressDetail?.total ?? layer.total;
      layers.set(id, layer);
    }
    if (status === 'Download complete') layer.current = layer.total;
    if (status === 'Pull complete' || status === 'Already exists') {
      layers.set(id, { ...layer, current: layer.total, done: true });
    }
    return layers.size === 0 ? null : describeLayers([...layers.values()]);
  });
}

/** Reads the messages of a build: its steps. */
export function createBuildReader(): ProgressReader {
  return createReader(({ stream }) => {
    const step = /^Step (\d+)\/(\d+) : (.*)/.exec(stream ?? '');
    return step ? `step ${step[1]}/${step[2]}: ${step[3]?.slice(0, 80)}` : null;
  });
}

function describeLayers(
  layers: readonly { current: number; total: number; done: boolean }[],
): string {
  const sum = (pick: 'current' | 'total'): number =>
    layers.reduce((total, layer) => total + layer[pick], 0);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const done = layers.filter((layer) => layer.done).length;
  const size = `${megabytes(sum('current'))} of ${megabytes(sum('total'))} MB`;
  return `${done} of ${layers.length} layers, ${size}`;
}

/** Messages are JSON objects, one on each line. */
function createReader(tell: (message: EngineMessage) => string | null): ProgressReader {
  let rest = '';
  let told: string | null = null;
  let error: string | null = null;
  let lastLines: string[] = [];
  const take = (message: EngineMessage): void => {
    if (message.error !== undefined) error = message.error;
    const lines = (message.stream ?? '').split('\n').filter((line) => line.trim() !== '');
    lastLines = [...lastLines, ...lines].slice(-LAST_LINES);
  };
  return {
    read(chunk) {
      rest = (rest + chunk).slice(-LONGEST);
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      const before = told;
      for (const message of lines.map(parse)) {
        take(message);
        told = tell(message) ?? told;
      }
      return told === before ? null : told;
    },
    get error() {
      return error;
    },
    get lastLines() {
      return lastLines;
    },
  };
}

function parse(line: string): EngineMessage {
  try {
    return (JSON.parse(line) ?? {}) as EngineMessage;
  } catch {
    return {};
  }
}
