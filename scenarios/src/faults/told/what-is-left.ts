import type { InstanceStatus } from '@faultline/fleet';
import { z } from 'zod';
import type { FaultContext } from '../model.ts';

/** An instance that says nothing for this long does not answer, milliseconds. */
const PATIENCE_MS = 3_000;

const reportSchema = z.object({ faults: z.array(z.object({ id: z.string(), kind: z.string() })) });

/**
 * Asks an instance which faults act inside of it (`GET /internal/faults`).
 *
 * @returns what is left of the fault of `context`, for people; null if nothing is. One that is down
 * holds nothing, one that starts or is frozen forgets by itself.
 */
export async function whatIsLeft(
  { id, state }: Pick<InstanceStatus, 'id' | 'state'>,
  { fleet, faultId, signal }: FaultContext,
): Promise<string | null> {
  const url = fleet.directUrl(id);
  if (state !== 'ready' || url === null) return null;
  let response: Response;
  try {
    response = await fetch(new URL('/internal/faults', url), {
      headers: { authorization: `Bearer ${fleet.internalToken}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? null : `${id} does not say what acts inside of it`;
  }
  const report = reportSchema.safeParse(await response.json().catch(() => undefined));
  if (!report.success) return `${id} does not say what acts inside of it (${response.status})`;
  const found = report.data.faults.find((fault) => fault.id === faultId);
  return found ? `${found.kind} in ${id}` : null;
}
