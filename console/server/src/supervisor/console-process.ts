import {
  serveProcessHost,
  spawnChild,
  type BuiltPrograms,
  type ProcessHost,
} from '@faultline/fleet';
import { join } from 'node:path';
import type { ConsoleMessage, SupervisorMessage } from './protocol.ts';

const STOPPING: SupervisorMessage = { type: 'stopping' };

/** How to run the console and whom to tell. */
export interface ConsoleProcessOptions {
  command: readonly string[];
  cwd: string;
  dataDir: string;
  /** Run in place of their sources. */
  programs: BuiltPrograms | undefined;
  host: ProcessHost;
  onMessage: (message: ConsoleMessage) => void;
  onReady: (url: string) => void;
  onExit: (exit: { code: number | null; signal: string | null; lastWords: string[] }) => void;
}

/** One life of the console. */
export interface ConsoleProcess {
  readonly pid: number | null;
  /**
   * Asks the console to end and kills it when {@link GRACE_MS} are over. Without containers the
   * service of the process host ends first: what happens to processes is no crash any more.
   *
   * @returns whether it ended by itself and in good order
   */
  end(what: keyof typeof GRACE_MS): Promise<boolean>;
  kill(): void;
}

/** Longest time to end, milliseconds: its own sockets, or a fleet of containers as well. */
const GRACE_MS = { sockets: 1500, containers: 30_000 } as const;
/** Lines of output that explain a death. */
const LAST_WORDS = 8;

/** Starts the console and gives it the process host over IPC. */
export async function startConsole(options: ConsoleProcessOptions): Promise<ConsoleProcess> {
  const child = await spawnChild(
    {
      id: 'console',
      command: options.command,
      cwd: options.cwd,
      env: pick(process.env, /^(LOG_LEVEL|FAULTLINE_.*|DOCKER_.*|TZ|LANG|LC_.*)$/),
    },
    {
      logDir: join(options.dataDir, 'logs'),
      now: () => Date.now(),
      ipc: true,
      programs: options.programs,
      onReady: ({ status }) => {
        if (typeof status.ready?.url === 'string') options.onReady(status.ready.url);
      },
    },
  );
  const endService = serveProcessHost(child.process, options.host);
  child.process.on('message', (message) => options.onMessage(message as ConsoleMessage));
  // When its output is read to the end, not just when it is gone: the last words count.
  void child.ended.then(() => {
    endService();
    const { code = null, signal = null } = child.status.exit ?? {};
    options.onExit({ code, signal, lastWords: child.ring.tail(LAST_WORDS) });
  });
  return {
    pid: child.status.pid,
    kill: () => void child.process.kill('SIGKILL'),
    async end(what) {
      if (what === 'sockets') endService();
      if (child.process.connected) child.process.send(STOPPING, () => undefined);
      child.process.kill('SIGTERM');
      const patience = setTimeout(() => child.process.kill('SIGKILL'), GRACE_MS[what]);
      await child.ended;
      clearTimeout(patience);
      return child.status.exit?.code === 0;
    },
  };
}

function pick(environment: NodeJS.ProcessEnv, names: RegExp): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && names.test(name) ? [[name, value]] : [],
    ),
  );
}
