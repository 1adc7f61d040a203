import type { Topology } from '@faultline/topology';
import type { RuntimeReport } from '../../contract.ts';
import type { EngineDoor, EngineFacts } from './engine.ts';
import { describeEngineError } from './engine-problem.ts';
import { listImages, type ImageNeeds } from './images.ts';

/** Working sets after minutes at 40 requests per second: one service, and all the rest, bytes. */
const SERVICE_BYTES = 85e6;
const REST_BYTES = 700e6;
/** Longest wait for the whole report, milliseconds. */
const PATIENCE_MS = 2000;

/** Asks the engine what a launch on it would need. Never rejects. */
export async function reportOn(
  door: EngineDoor,
  topology: Topology,
  needs: ImageNeeds,
): Promise<RuntimeReport> {
  const footprintBytes = footprintOf(topology);
  const unavailable = (problem: string): RuntimeReport => ({
    kind: 'docker',
    available: false,
    problem,
    warnings: [],
    engine: null,
    images: [],
    footprintBytes,
  });
  if (door.problem !== null) return unavailable(door.problem);
  try {
    return await within(PATIENCE_MS, ask(door, needs, footprintBytes));
  } catch (error) {
    return unavailable(describeEngineError(error, door.address));
  }
}

/** What may go wrong on an engine of this size: `problem` if a launch makes no sense. Pure. */
export function judgeEngine(
  { cpus, memoryBytes }: Pick<EngineFacts, 'cpus' | 'memoryBytes'>,
  footprintBytes: number,
): { problem: string | null; warnings: string[] } {
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  const size = `the fleet takes about ${gigabytes(footprintBytes)}, the engine has ${gigabytes(memoryBytes)}`;
  if (memoryBytes > 0 && memoryBytes < footprintBytes) {
    const way = 'Give the engine more memory, or choose the runtime process.';
    return { problem: `Too little memory: ${size} in all. ${way}`, warnings: [] };
  }
  const warnings: string[] = [];
  if (memoryBytes > 0 && memoryBytes < footprintBytes * 1.5) warnings.push(`${size} in all`);
  if (cpus === 1) warnings.push('with one processor the fleet starts slowly');
  return { problem: null, warnings };
}

async function ask(
  door: EngineDoor,
  needs: ImageNeeds,
  footprintBytes: number,
): Promise<RuntimeReport> {
  const engine = await door.open().catch((error: unknown) => {
    door.forget();
    throw error;
  });
  const images = await listImages(engine.calls, needs);
  const { version, apiVersion, operatingSystem, cpus, memoryBytes } = engine.facts;
  const { problem, warnings } = judgeEngine(engine.facts, footprintBytes);
  return {
    kind: 'docker',
    available: problem === null,
    problem,
    warnings,
    engine: { version, apiVersion, operatingSystem, cpus, memoryBytes },
    images,
    footprintBytes,
  };
}

function footprintOf(topology: Topology): number {
  const instances = topology.services.reduce((sum, { replicas }) => sum + replicas, 0);
  return instances * SERVICE_BYTES + REST_BYTES;
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  const late = AbortSignal.timeout(limitMs);
  const { promise, reject } = Promise.withResolvers<never>();
  const slow = Object.assign(new Error('no answer in time'), { code: 'ABORT_ERR' });
  late.addEventListener('abort', () => reject(slow));
  work.catch(() => undefined);
  return Promise.race([work, promise]);
}
