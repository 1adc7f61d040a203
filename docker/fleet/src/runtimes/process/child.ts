import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { ProcessSpec, ProcessStatus } from '../../contract.ts';
import { yieldToOthers } from './background.ts';
import { builtCommand, compileCacheOf, type BuiltPrograms } from './built-programs.ts';
import { createLogFile } from './log-file.ts';
import { createLogRing, type LogRing } from './log-ring.ts';
import { parseReadyLine } from './ready-line.ts';

/** A spawned process with its output. */
export interface Child {
  readonly process: ChildProcess;
  readonly status: ProcessStatus;
  readonly ring: LogRing;
  /** Resolves when the process is gone and its last output was read. */
  readonly ended: Promise<void>;
}

/** Where children write and who hears of them. */
export interface ChildSurroundings {
  logDir: string;
  now: () => number;
  /** Run in place of their sources. */
  programs?: BuiltPrograms | undefined;
  /** Whether to open an IPC channel to the child, which must be Node.js. */
  ipc?: boolean;
  /** A ring that outlived the id's last process. */
  ring?: LogRing | undefined;
  onReady?: (child: Child) => void;
  onExit?: (child: Child) => void;
}

const GUARD = new URL('orphan-guard.mjs', import.meta.url).href;
/**
 * Compiled code of the repository's programs, the same for every data folder: what is compiled (and
 * stripped of its types) once costs the next start no time, and each process about 14 MB less.
 */
const COMPILE_CACHE = fileURLToPath(
  new URL('../../../../../node_modules/.cache/faultline-compiled', import.meta.url),
);
const INHERITED = /^(PATH|HOME|TMPDIR|NODE_.*)$/;

/** Starts a process. Rejects if the program cannot be executed. */
export async function spawnChild(spec: ProcessSpec, around: ChildSurroundings): Promise<Child> {
  const { programs } = around;
  const command = programs ? builtCommand(spec.command, spec.cwd, programs) : spec.command;
  const [program, ...args] = withGuard(command);
  const handle = spawn(program, args, {
    cwd: spec.cwd,
    env: environmentOf(spec, around),
    stdio: ['pipe', 'pipe', 'pipe', ...(around.ipc ? (['ipc'] as const) : [])],
    // A process group of its own: a Ctrl-C at the terminal is for the host, which ends its
    // processes in order.
    detached: true,
  });
  const ring = around.ring ?? createLogRing();
  const status: ProcessStatus = {
    spec,
    pid: handle.pid ?? null,
    startedAt: around.now(),
    paused: false,
    ready: null,
    exit: null,
  };
  if (spec.background && handle.pid !== undefined) void yieldToOthers(handle.pid);
  await once(handle, 'spawn');
  handle.on('error', () => undefined);
  handle.stdin?.on('error', () => undefined);
  const closed = once(handle, 'close');
  const child: Child = { process: handle, status, ring, ended: closed.then(() => undefined) };
  capture(child, around);
  handle.once('exit', (code, signal) => {
    status.exit = { code, signal, at: around.now() };
    around.onExit?.(child);
  });
  return child;
}

function withGuard(command: readonly string[]): [string, ...string[]] {
  const [program = '', ...args] = command;
  const isNode = program === process.execPath || /^node(\.exe)?$/.test(basename(program));
  return isNode ? [program, '--import', GUARD, ...args] : [program, ...args];
}

function environmentOf(
  spec: ProcessSpec,
  { logDir, programs }: ChildSurroundings,
): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => INHERITED.test(name));
  return {
    ...Object.fromEntries(inherited),
    NODE_COMPILE_CACHE: programs ? compileCacheOf(programs) : COMPILE_CACHE,
    // Says to which lab a process belongs, to whoever looks for what one left behind.
    FAULTLINE_LOG_DIR: logDir,
    // glibc makes an arena per thread, and returns little of any: with many processes that adds up.
    MALLOC_ARENA_MAX: '2',
    ...spec.env,
  };
}

function capture(child: Child, around: ChildSurroundings): void {
  const file = createLogFile(join(around.logDir, `${child.status.spec.id}.log`));
  const read = (stream: Readable | null): void => {
    if (!stream) return;
    createInterface({ input: stream, crlfDelay: Infinity }).on('line', (line) => {
      child.ring.push(line);
      file.write(line);
      if (child.status.ready) return;
      const ready = parseReadyLine(line);
      if (!ready) return;
      child.status.ready = ready;
      around.onReady?.(child);
    });
  };
  read(child.process.stdout);
  read(child.process.stderr);
  void child.ended.finally(() => file.close());
}
