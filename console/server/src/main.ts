import {
  createDockerRuntime,
  createFleet,
  createIpcProcessHost,
  createLocalProcessHost,
  createProcessRuntime,
  type ProcessHost,
  type Runtimes,
} from '@faultline/fleet';
import { DEFAULT_FLAGS, DEFAULT_LOAD, DEFAULT_POLICIES, TOPOLOGY } from '@faultline/topology';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pino from 'pino';
import { createControlPlane, type ControlPlane } from './control-plane.ts';
import { readDockerOptions } from './docker-options.ts';
import { parseFlags, ROOT, type Flags } from './flags.ts';
import { readDefaultGateway } from './http/peers.ts';
import { isBeyondLoopback } from './http/strangers.ts';
import { withoutProcesses } from './no-processes.ts';
import { createSupervisorLink, EXIT_CODE_FATAL } from './supervisor/protocol.ts';

const log = pino({ level: process.env['LOG_LEVEL'] ?? 'info', base: { part: 'console' } });
const supervisor = createSupervisorLink();
const supervised = process.send !== undefined;

try {
  await run(parseFlags(process.argv.slice(2)));
} catch (error) {
  const text = error instanceof Error ? error.message : String(error);
  supervisor.send({ type: 'problem', text });
  log.fatal({ err: error }, text);
  process.exitCode = EXIT_CODE_FATAL;
  process.disconnect?.();
}

async function run(flags: Flags): Promise<void> {
  const { dataDir, otlpEndpoint } = flags;
  const load = { enabled: flags.load, ...DEFAULT_LOAD, rps: flags.rps ?? DEFAULT_LOAD.rps };
  const host = supervised ? createIpcProcessHost(process) : createLocalProcessHost({ dataDir });
  const gateway = flags.publishedOnLoopback ? await readDefaultGateway() : undefined;
  const open = gateway === undefined && isBeyondLoopback(flags.host);
  const token = open ? await tokenIn(dataDir) : undefined;
  const plane = await createControlPlane({
    ...flags,
    load,
    log,
    ...(token === undefined ? {} : { token }),
    ...(gateway === undefined ? {} : { gateway }),
    usage: () => host.usage(),
    createFleet: ({ registryUrl }) =>
      createFleet({
        topology: TOPOLOGY,
        policies: DEFAULT_POLICIES,
        flags: DEFAULT_FLAGS,
        runtimes: runtimesOf(host, dataDir, { registryUrl, otlpEndpoint }),
        defaultRuntime: flags.runtime,
        mtls: flags.mtls,
        dataDir,
        load,
      }),
  });
  report(plane);
  const url = token === undefined ? plane.url : `${plane.url}/?token=${token}`;
  log.info({ url }, 'ready');
  endWhenTold(async (lab) => {
    try {
      await plane.close();
    } finally {
      // A supervisor ends its processes itself, but knows nothing of containers.
      const ours = !supervised || plane.fleet.status().runtime === 'docker';
      if (ours && lab.ends) await plane.fleet.stop();
      await host[Symbol.asyncDispose]();
    }
  });
  if (flags.launch) plane.launch();
}

function runtimesOf(
  host: ProcessHost,
  dataDir: string,
  urls: { registryUrl: string; otlpEndpoint: string },
): Runtimes {
  const around = { ...urls, topology: TOPOLOGY, root: ROOT };
  const docker = readDockerOptions(process.env, dataDir);
  const processes = createProcessRuntime({ ...around, host, dataDir });
  return {
    process: docker.inside ? withoutProcesses(processes) : processes,
    docker: createDockerRuntime({ ...around, ...docker }),
  };
}

/** Tells the supervisor how the launch goes. */
function report(plane: ControlPlane): void {
  let told = '';
  plane.fleet.subscribe((event) => {
    if (event.kind === 'progress') supervisor.send({ type: 'progress', progress: event.progress });
    const { phase, runtime } = plane.fleet.status();
    // The reason of a failed launch is known a moment after the phase.
    setImmediate(() => {
      const message = { type: 'fleet', phase, problem: plane.problem, runtime } as const;
      const text = JSON.stringify(message);
      if (text === told) return;
      told = text;
      supervisor.send(message);
    });
  });
}

/**
 * Calls `end` once, whatever the first sign is. `lab.ends`: this is not only the console's end, to
 * be started again. That may be known a moment after the signal.
 */
function endWhenTold(end: (lab: { ends: boolean }) => Promise<void>): void {
  const lab = { ends: !supervised };
  let ending = false;
  const stop = () => {
    if (ending) return;
    ending = true;
    end(lab).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not end in good order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  if (!supervised) return;
  const stopLab = () => {
    lab.ends = true;
    stop();
  };
  process.on('disconnect', stopLab);
  process.on('message', (message: { type?: unknown }) => {
    if (message.type === 'stopping') stopLab();
  });
}

/** The token that other machines need; kept, so that a login link stays good over restarts. */
async function tokenIn(dataDir: string): Promise<string> {
  const path = join(dataDir, 'console-token');
  const kept = await readFile(path, 'utf8').catch(() => '');
  if (kept.length >= 16) return kept.trim();
  const token = randomBytes(24).toString('base64url');
  await mkdir(dataDir, { recursive: true });
  await writeFile(path, token, { mode: 0o600 });
  return token;
}
