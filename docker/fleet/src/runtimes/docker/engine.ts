import Docker from 'dockerode';
import { LaunchError } from '../../errors.ts';
import { chooseApiVersion } from './api-version.ts';
import { toLaunchError } from './engine-problem.ts';

/** Longest silence of the engine in an ordinary call, milliseconds. */
const CALL_TIMEOUT_MS = 20_000;
/** The same in a pull or a build: a step of a build may say nothing for a while. */
const WORK_TIMEOUT_MS = 10 * 60_000;
/** Longest silence of an engine that counts as there, milliseconds. */
const PING_TIMEOUT_MS = 8000;
/** Longest wait for the first answer, milliseconds. */
const HELLO_TIMEOUT_MS = 10_000;

/** What an engine says about itself. */
export interface EngineFacts {
  version: string;
  apiVersion: string;
  operatingSystem: string;
  cpus: number;
  memoryBytes: number;
  /** Runs as an ordinary user: its socket is that user's. */
  rootless: boolean;
}

/** A way to the engine, one version of its API agreed on. */
export interface Engine {
  readonly facts: EngineFacts;
  /** For calls with an answer. */
  readonly calls: Docker;
  /** For pulls and builds. */
  readonly work: Docker;
  /** For streams without an end. */
  readonly streams: Docker;
  /** @throws whatever the way to the engine reports when it does not answer */
  ping(): Promise<void>;
}

/** Finds the engine and agrees on a version; keeps what it found. */
export interface EngineDoor {
  /** Socket or address, for people. */
  readonly address: string;
  /** Path of the engine's socket on the engine's own machine. */
  socketPath(engine: Engine): string;
  /** Why this engine cannot serve a lab however well it answers; null if it can. */
  readonly problem: string | null;
  /** @throws LaunchError with cause and way out */
  open(): Promise<Engine>;
  /** What was agreed on is asked anew: the engine was away, and may be another one now. */
  forget(): void;
}

/** Keys without a value are there, so that they take the place of the environment's. */
type EngineWay = Pick<
  Docker.DockerOptions,
  'host' | 'port' | 'socketPath' | 'protocol' | 'username' | 'ca' | 'cert' | 'key'
>;

/** Where an engine's socket is on its own machine, unless it runs as an ordinary user. */
const USUAL_SOCKET = '/var/run/docker.sock';
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/;

/**
 * Creates the way to the engine that `DOCKER_HOST` names, or else to the one of this machine.
 * Nothing is asked before {@link EngineDoor.open}.
 */
export function createEngineDoor(options: { inside: boolean }): EngineDoor {
  const hello = new Docker({ timeout: HELLO_TIMEOUT_MS });
  const way = wayOf(hello);
  const { host, port, socketPath } = way;
  const ownSocket = typeof socketPath === 'string' ? socketPath : USUAL_SOCKET;
  const address = host === undefined ? ownSocket : `${host}:${port ?? ''}`;
  let opened: Promise<Engine> | null = null;

  return {
    address,
    problem:
      host === undefined || LOCAL.test(host) || options.inside
        ? null
        : `DOCKER_HOST leads to another machine (${address}), where the lab's ports cannot be ` +
          'reached from here. Unset it, or run the lab there.',
    socketPath: ({ facts }) => (facts.rootless ? ownSocket : USUAL_SOCKET),
    open() {
      opened ??= meet(hello, way, address).catch((error: unknown) => {
        opened = null;
        throw toLaunchError(error, address, 'tell its version');
      });
      return opened;
    },
    forget() {
      opened = null;
    },
  };
}

/** How `client` reaches its engine: what it read from the environment when it was made. */
function wayOf({ modem }: Docker): EngineWay {
  const { host, port, socketPath, protocol, username, ca, cert, key } = modem as EngineWay;
  return { host, port, socketPath, protocol, username, ca, cert, key };
}

async function meet(hello: Docker, way: EngineWay, address: string): Promise<Engine> {
  const [version, info] = await Promise.all([
    hello.version(),
    hello.info() as Promise<{ NCPU?: number; MemTotal?: number; SecurityOptions?: string[] }>,
  ]);
  const apiVersion = chooseApiVersion(version);
  if (apiVersion === null) {
    throw new LaunchError(
      'engine-failed',
      null,
      `The Docker engine at ${address} is too old: version ${version.Version} speaks API ` +
        `${version.ApiVersion}, at least 1.41 is needed. Update it to 20.10 or newer.`,
    );
  }
  const connect = (timeout?: number): Docker =>
    new Docker({
      ...way,
      version: `v${apiVersion}`,
      ...(timeout === undefined ? {} : { timeout }),
    });
  const pulse = connect(PING_TIMEOUT_MS);
  return {
    facts: {
      version: version.Version,
      apiVersion: version.ApiVersion,
      operatingSystem: (info as { OperatingSystem?: string }).OperatingSystem ?? version.Os,
      cpus: info.NCPU ?? 0,
      memoryBytes: info.MemTotal ?? 0,
      rootless: (info.SecurityOptions ?? []).some((option) => option.includes('name=rootless')),
    },
    calls: connect(CALL_TIMEOUT_MS),
    work: connect(WORK_TIMEOUT_MS),
    streams: connect(),
    ping: async () => void (await pulse.ping()),
  };
}
