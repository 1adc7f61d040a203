/** One line of the benchmark table: what was measured, what is asked for, and the peer beside it. */
export interface Row {
  /** Stable key, lower case with dashes: `tcp-proxy-throughput`. */
  id: string;
  /** For people: "tcp-proxy: throughput on 1 connection". */
  what: string;
  /** `MB/s`, `1/s`, `s`, `ms`, `µs`, `MB`, `kB`, `%`; empty for a plain count. */
  unit: string;
  better: 'higher' | 'lower';
  /** One value per round; the table shows the median and the spread. */
  ours: readonly number[];
  /** The peer in the same rounds, right beside; null when there is none or it is not installed. */
  peer: { name: string; version: string; values: readonly number[] } | null;
  /**
   * What TARGETS.md asks for: a number in `unit`, or a factor of the peer's median in the same
   * run. `higher` means at least, `lower` at most.
   */
  target: { kind: 'absolute'; value: number } | { kind: 'of-peer'; factor: number } | null;
  /** Anything a reader must know: what limits it, why a peer is missing. */
  note?: string;
}

/** How a benchmark is run. */
export interface BenchContext {
  /** Rounds per row: ours and the peer take turns within each. */
  rounds: number;
  /** Absolute path of the repository. */
  root: string;
  /** A line of progress for the terminal. */
  say: (line: string) => void;
  /** Absolute path of a folder for files of the run; removed when the run ends, however it ends. */
  workDir: string;
  /** How long rows that measure something sustained go on, seconds. */
  sustainedS: number;
}

/** One group of rows that are measured together. */
export interface Bench {
  /** What `--only` names, and the heading of its table: `tcp-proxy`. */
  name: string;
  run(context: BenchContext): Promise<Row[]>;
}
