import { systemClock } from '@faultline/chassis/core';
import {
  createLocalProcessHost,
  createTreeMeter,
  MEMORY_EVERY_MS,
  type BuiltPrograms,
  type ProcessHost,
} from '@faultline/fleet';
import { limitArguments } from '../limit-flags.ts';
import {
  chooseCollectorAddress,
  COLLECTOR,
  keepCollector,
  type CollectorAddress,
} from './collector-process.ts';
import { startConsole, type ConsoleProcess } from './console-process.ts';
import { endProcesses } from './end-processes.ts';
import { cleanUp } from './janitor.ts';
import type { SupervisorOptions } from './options.ts';
import { EXIT_CODE_FATAL, type ConsoleMessage, type FleetMessage } from './protocol.ts';
import type { PartLine, Terminal } from './terminal.ts';

/** The whole lab as one thing that can be ended. */
export interface Supervisor {
  /** Resolves with the exit code when the lab has ended, for whatever reason. */
  readonly ended: Promise<number>;
  /** Ends everything within about 5 s; containers may take 30 s. */
  end(exitCode: number): Promise<void>;
  /** Ends everything at once, unasked. */
  kill(): Promise<void>;
}

/** Delays before the console is started again, by deaths in a row, milliseconds. */
const RESTART_MS = [100, 500, 2000, 5000];
/** After so many deaths in a row, none of which it survived for 30 s, the lab ends. */
const GIVE_UP_AFTER = 5;
/** The same for one that never answered: it will not learn it. */
const GIVE_UP_UNSEEN_AFTER = 2;
const STEADY_MS = 30_000;
const JANITOR_WORDS =
  'What is left of the containers is removed by the janitor container within about 20 s.';

/** Starts the lab: collector and console, which launches the fleet. */
export async function startSupervisor(
  options: SupervisorOptions,
  root: string,
  terminal: Terminal,
): Promise<Supervisor> {
  const supervisor = new LabSupervisor(options, root, terminal);
  await supervisor.start();
  return supervisor;
}

class LabSupervisor implements Supervisor {
  readonly #options: SupervisorOptions;
  readonly #root: string;
  readonly #terminal: Terminal;
  readonly #meter = createTreeMeter(systemClock, MEMORY_EVERY_MS);
  readonly #programs: BuiltPrograms | undefined;
  readonly #host: ProcessHost;
  readonly #startedAt = performance.now();
  readonly #ended = Promise.withResolvers<number>();
  #collector: CollectorAddress | null = null;
  #leaveCollector: () => void = () => undefined;
  #console: ConsoleProcess | null = null;
  #url: string | null = null;
  #deaths = 0;
  #readyAt = 0;
  #problem: string | null = null;
  #announced = false;
  #collectorSettled = false;
  /** What the console last said about the fleet; null before the first time. */
  #fleet: FleetMessage | null = null;
  /** How the launch ended, while the person is not told yet. */
  #outcome: string | null = null;
  #ending: Promise<void> | null = null;
  #killed = false;

  constructor(options: SupervisorOptions, root: string, terminal: Terminal) {
    this.#options = options;
    this.#root = root;
    this.#terminal = terminal;
    this.#programs =
      options.programs === undefined ? undefined : { root, folder: options.programs };
    this.#host = createLocalProcessHost({
      dataDir: options['data-dir'],
      meter: this.#meter,
      programs: this.#programs,
    });
  }

  get ended(): Promise<number> {
    return this.#ended.promise;
  }

  async start(): Promise<void> {
    this.#collector = await chooseCollectorAddress();
    for (const note of this.#collector.notes) this.#terminal.note(note);
    this.#part('console', 'starting', '');
    [this.#leaveCollector] = await Promise.all([
      keepCollector({
        host: this.#host,
        address: this.#collector,
        root: this.#root,
        dataDir: this.#options['data-dir'],
        onState: (state, detail) => {
          if (!this.#announced) this.#part('collector', state, detail);
          else if (state === 'failed') this.#terminal.note(`The collector ended: ${detail}`);
          this.#collectorSettled ||= state !== 'starting';
          if (this.#outcome !== null) this.#announce(this.#outcome);
        },
      }),
      this.#startConsole(),
    ]);
  }

  end(exitCode: number): Promise<void> {
    this.#ending ??= this.#end().finally(() => this.#ended.resolve(exitCode));
    return this.#ending;
  }

  async kill(): Promise<void> {
    this.#killed = true;
    this.#console?.kill();
    if (this.#hasContainers) this.#terminal.note(JANITOR_WORDS);
    for (const { spec, exit } of await this.#host.list()) {
      if (!exit) await this.#host.signal(spec.id, 'SIGKILL').catch(() => undefined);
    }
  }

  async #end(): Promise<void> {
    this.#leaveCollector();
    const containers = this.#hasContainers;
    if (containers) this.#terminal.note('Removing the containers.');
    const [inOrder] = await Promise.all([
      this.#console?.end(containers ? 'containers' : 'sockets'),
      endProcesses(this.#host, COLLECTOR),
    ]);
    if (containers && inOrder !== true && !this.#killed) this.#terminal.note(JANITOR_WORDS);
    await this.#host[Symbol.asyncDispose]();
  }

  get #hasContainers(): boolean {
    return this.#fleet?.runtime === 'docker' && this.#fleet.phase !== 'stopped';
  }

  async #startConsole(): Promise<void> {
    this.#console = await startConsole({
      command: this.#consoleCommand(),
      cwd: this.#root,
      dataDir: this.#options['data-dir'],
      programs: this.#programs,
      host: this.#withOwnUsage(),
      onMessage: (message) => this.#heard(message),
      onReady: (url) => this.#consoleReady(url),
      onExit: (exit) => void this.#consoleEnded(exit),
    });
  }

  #consoleCommand(): string[] {
    const options = this.#options;
    // A console that is started again goes on with what its predecessor ran.
    const runs = this.#fleet !== null && this.#fleet.phase !== 'stopped' ? this.#fleet : null;
    const launch = this.#fleet === null ? !options['no-launch'] : runs !== null;
    const flags = ['host', 'port', 'rps', 'data-dir', 'web-root'] as const;
    const collectorUrl = `http://127.0.0.1:${this.#collector?.httpPort}`;
    return [
      process.execPath,
      ...['--max-semi-space-size=4', '--max-old-space-size=256'],
      `${this.#root}/${options.console}`,
      ...flags.flatMap((flag) => [`--${flag}`, String(options[flag])]),
      ...['--collector-url', collectorUrl, '--otlp-endpoint', collectorUrl],
      ...['--runtime', runs?.runtime ?? options.runtime],
      ...(options.mtls ? ['--mtls'] : []),
      ...(options['no-load'] ? ['--no-load'] : []),
      ...(launch ? [] : ['--no-launch']),
      ...limitArguments(options),
    ];
  }

  #consoleReady(url: string): void {
    this.#url = url;
    this.#readyAt = performance.now();
    if (this.#announced) {
      this.#terminal.note(`The console is back: ${url}`);
      return;
    }
    this.#part('console', 'ready', url);
    if (this.#options['no-launch']) this.#announce('The fleet is not launched.');
  }

  #heard(message: ConsoleMessage): void {
    switch (message.type) {
      case 'progress':
        if (!this.#announced) this.#terminal.part(message.progress);
        return;
      case 'fleet':
        this.#fleetIs(message);
        return;
      case 'note':
        this.#terminal.note(message.text);
        return;
      case 'problem':
        this.#problem = message.text;
        return;
      default:
        // A message of the process host, which has its own listener.
        return;
    }
  }

  #fleetIs(message: FleetMessage): void {
    const { phase, problem } = message;
    this.#fleet = message;
    if (phase === 'ready') this.#announce('Everything is ready.');
    if (problem !== null) this.#terminal.error(problem);
    // A launch that was cancelled has no problem.
    if (problem !== null || phase === 'stopped') this.#announce('The fleet is not running.');
  }

  /** Once, when every part has said how it is: where to go from here. */
  #announce(text: string): void {
    if (this.#announced || !this.#url) return;
    this.#outcome = text;
    if (!this.#collectorSettled) return;
    this.#announced = true;
    this.#outcome = null;
    const seconds = ((performance.now() - this.#startedAt) / 1000).toFixed(1);
    this.#terminal.settle();
    this.#terminal.note(`\n${text} (${seconds} s)  Open ${this.#url}  Ctrl-C ends the lab.`);
  }

  /** The janitor's case: nothing that the dead control plane injected may stay. */
  async #consoleEnded(exit: {
    code: number | null;
    signal: string | null;
    lastWords: string[];
  }): Promise<void> {
    if (this.#ending) return;
    const why = exit.signal ? `was ended by ${exit.signal}` : `exited with code ${exit.code}`;
    const cleaning = await cleanUp(this.#host);
    if (performance.now() - this.#readyAt > STEADY_MS && this.#readyAt > 0) this.#deaths = 0;
    this.#deaths += 1;
    const limit = this.#url === null ? GIVE_UP_UNSEEN_AFTER : GIVE_UP_AFTER;
    if (exit.code === EXIT_CODE_FATAL || this.#deaths >= limit) {
      const said = this.#problem ?? [`The console ${why}:`, ...exit.lastWords].join('\n  ');
      this.#terminal.error(said);
      await this.end(1);
      return;
    }
    const found = [
      this.#hasContainers
        ? 'the janitor container clears the faults'
        : cleaning.proxiesReset === false
          ? 'the proxies could not be reset'
          : 'faults are cleared',
      ...(cleaning.resumed.length > 0 ? [`resumed ${cleaning.resumed.join(', ')}`] : []),
    ];
    this.#terminal.note(`The console ${why}; ${found.join(', ')}; it is started again.`);
    const delay = RESTART_MS[Math.min(this.#deaths, RESTART_MS.length) - 1];
    setTimeout(() => {
      if (!this.#ending) this.#startConsole().catch((error: unknown) => this.#cannotStart(error));
    }, delay);
  }

  #cannotStart(error: unknown): void {
    this.#terminal.error(`The console cannot be started: ${(error as Error).message}`);
    void this.end(1);
  }

  #part(part: string, state: PartLine['state'], detail: string): void {
    const elapsedMs = performance.now() - this.#startedAt;
    this.#terminal.part({ part, state, detail, elapsedMs });
  }

  /** The console cannot see itself and the supervisor among the host's processes. */
  #withOwnUsage(): ProcessHost {
    const host = this.#host;
    return {
      spawn: (spec) => host.spawn(spec),
      signal: (id, signal) => host.signal(id, signal),
      list: () => host.list(),
      logs: (id, lines) => host.logs(id, lines),
      subscribe: (listener) => host.subscribe(listener),
      usage: async () => {
        const children = await host.usage();
        const pid = this.#console?.pid ?? 0;
        const trees = await this.#meter.measure([process.pid, pid]);
        const console = trees.get(pid) ?? { memoryBytes: 0, cpuSeconds: 0 };
        const whole = trees.get(process.pid) ?? { memoryBytes: 0, cpuSeconds: 0 };
        const own = { ...whole };
        for (const other of [...children, console]) {
          own.memoryBytes = Math.max(0, own.memoryBytes - other.memoryBytes);
          own.cpuSeconds = Math.max(0, own.cpuSeconds - other.cpuSeconds);
        }
        return [...children, { id: 'console', ...console }, { id: 'supervisor', ...own }];
      },
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
}
