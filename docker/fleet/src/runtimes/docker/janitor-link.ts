import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Clock } from '@faultline/chassis/core';
import type { ContainerCreateOptions } from 'dockerode';
import { NODE_FLAGS } from '../node-flags.ts';
import type { Engine } from './engine.ts';
import { isConflict, isMissing } from './engine-problem.ts';
import { containerName, JANITOR } from './names.ts';
import { LABELS } from './options.ts';
import { PROXY_API_PORT } from './programs.ts';

/** What the janitor of a lab is made from. */
export interface JanitorPlan {
  lab: string;
  network: string;
  /** Whether the network is the lab's own, to be removed with the rest. */
  ownsNetwork: boolean;
  servicesImage: string;
  /** Which image that is at present. */
  imageId: string;
  /** The engine's socket on the engine's machine. */
  socketPath: string;
}

/**
 * Keeps the janitor: a container that hears a heartbeat on its standard input, and removes the lab
 * when there has been none for a while.
 */
export interface JanitorLink extends AsyncDisposable {
  /** Lets the janitor of a former control plane hear that there is a new one, if it is there. */
  greet(engine: Engine, lab: string): Promise<void>;
  /** Finds it or starts it, and lets it hear the heartbeat. */
  ensure(engine: Engine, plan: JanitorPlan): Promise<void>;
  /** Everything is removed already: it ends, and with it its container. */
  dismiss(engine: Engine, lab: string): Promise<void>;
  /** The heartbeat stops: from now on the janitor counts. */
  stop(): void;
}

/**
 * How long the janitor waits for another heartbeat, milliseconds: a control plane that is started
 * again by its supervisor is back sooner.
 */
const GRACE_MS = 15_000;
const BEAT_MS = 1000;
const ATTACH_MS = 5000;
const MIB = 1024 ** 2;

/** Creates a link to no janitor yet. */
export function createJanitorLink(clock: Clock): JanitorLink {
  return new Link(clock);
}

/** What the engine is asked to create. Pure. */
export function describeJanitor(plan: JanitorPlan): ContainerCreateOptions {
  const container = {
    Image: plan.servicesImage,
    Cmd: ['node', ...NODE_FLAGS, 'docker/fleet/src/janitor/main.ts'],
    // The socket belongs to root; without capabilities root is nobody else either.
    User: '0:0',
    Env: [
      `FAULTLINE_LAB=${plan.lab}`,
      `FAULTLINE_NETWORK=${plan.ownsNetwork ? plan.network : ''}`,
      `PROXY_API_URL=http://toxiproxy-1:${PROXY_API_PORT}`,
      `GRACE_MS=${GRACE_MS}`,
    ],
    // Open for every control plane that comes, not only for the first.
    OpenStdin: true,
    StdinOnce: false,
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      AutoRemove: true,
      Binds: [`${plan.socketPath}:/var/run/docker.sock`],
      NetworkMode: plan.network,
      Init: true,
      Memory: 128 * MIB,
      MemorySwap: 128 * MIB,
      PidsLimit: 64,
      CapDrop: ['ALL'],
      // SELinux would keep any container away from the socket.
      SecurityOpt: ['no-new-privileges', 'label=disable'],
      ReadonlyRootfs: true,
      LogConfig: { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '1' } },
    },
    NetworkingConfig: { EndpointsConfig: { [plan.network]: { Aliases: [JANITOR] } } },
  };
  return {
    ...container,
    name: containerName(plan.lab, JANITOR),
    Labels: {
      [LABELS.lab]: plan.lab,
      [LABELS.instance]: JANITOR,
      [LABELS.fingerprint]: createHash('sha256')
        .update(JSON.stringify([container, plan.imageId]))
        .digest('hex'),
    },
  };
}

class Link implements JanitorLink {
  readonly #clock: Clock;
  #target: { engine: Engine; name: string } | null = null;
  #socket: Duplex | null = null;
  #attaching: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async greet(engine: Engine, lab: string): Promise<void> {
    const name = containerName(lab, JANITOR);
    if (!(await stateOf(engine, name))?.running) return;
    this.#target = { engine, name };
    await this.#attach();
    this.#timer ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  async ensure(engine: Engine, plan: JanitorPlan): Promise<void> {
    const wanted = describeJanitor(plan);
    const name = wanted.name ?? '';
    const present = await stateOf(engine, name);
    const fingerprint = wanted.Labels?.[LABELS.fingerprint];
    if (!present?.running || present.fingerprint !== fingerprint) {
      // Whoever is being replaced needs no beat, and must not get the ones of its successor.
      this.stop();
      await this.#attaching?.catch(() => undefined);
      this.#hangUp();
      if (present) await this.#remove(engine, name);
      const container = await engine.calls.createContainer(wanted);
      await container.start();
    }
    await this.greet(engine, plan.lab);
  }

  async dismiss(engine: Engine, lab: string): Promise<void> {
    const name = containerName(lab, JANITOR);
    const present = await stateOf(engine, name);
    if (present?.running) {
      this.#target ??= { engine, name };
      await this.#attach().catch(() => undefined);
      this.#socket?.write('leave\n');
      await this.#untilGone(engine, name);
    }
    this.stop();
    await this.#remove(engine, name);
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#target = null;
    this.#hangUp();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#attaching?.catch(() => undefined);
    this.#hangUp();
  }

  #beat(): void {
    if (this.#socket?.writable) this.#socket.write('beat\n');
    else void this.#attach().catch(() => undefined);
  }

  #attach(): Promise<void> {
    if (this.#socket?.writable) return Promise.resolve();
    this.#attaching ??= this.#open().finally(() => {
      this.#attaching = null;
    });
    return this.#attaching;
  }

  async #open(): Promise<void> {
    if (!this.#target) return;
    const { engine, name } = this.#target;
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), ATTACH_MS);
    try {
      const socket = (await engine.streams.getContainer(name).attach({
        stream: true,
        stdin: true,
        // Its output is not read, but its end shows that the janitor has ended.
        stdout: true,
        stderr: true,
        hijack: true,
        abortSignal: patience.signal,
      })) as Duplex;
      socket.on('error', () => undefined).on('end', () => socket.destroy());
      socket.resume();
      this.#hangUp();
      this.#socket = socket;
      socket.write('beat\n');
    } finally {
      clearTimeout(timer);
    }
  }

  #hangUp(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  async #untilGone(engine: Engine, name: string): Promise<void> {
    const until = this.#clock.monotonicMs() + 3000;
    while (this.#clock.monotonicMs() < until && (await stateOf(engine, name)) !== null) {
      await this.#clock.sleep(100);
    }
  }

  /** Also waits for one that the engine is removing by itself. */
  async #remove(engine: Engine, name: string): Promise<void> {
    await engine.calls
      .getContainer(name)
      .remove({ force: true, v: true })
      .catch((error: unknown) => {
        if (!isMissing(error) && !isConflict(error)) throw error;
      });
    await this.#untilGone(engine, name);
  }
}

async function stateOf(
  engine: Engine,
  name: string,
): Promise<{ running: boolean; fingerprint: string | undefined } | null> {
  try {
    const { State, Config } = await engine.calls.getContainer(name).inspect();
    return { running: State.Running, fingerprint: Config.Labels[LABELS.fingerprint] };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}
