import { bandwidth } from './bandwidth.ts';
import { http } from './http.ts';
import { latency } from './latency.ts';
import { limitData } from './limit-data.ts';
import { noop } from './noop.ts';
import { packetLoss } from './packet-loss.ts';
import { resetPeer } from './reset-peer.ts';
import { slicer } from './slicer.ts';
import { slowClose } from './slow-close.ts';
import { timeout } from './timeout.ts';
import type { ToxicType } from './toxic-type.ts';

/** Every toxic there is. Drives validation, the API's answers and the reference page. */
export const TOXIC_TYPES: readonly ToxicType[] = [
  latency,
  bandwidth,
  slowClose,
  timeout,
  resetPeer,
  slicer,
  limitData,
  packetLoss,
  noop,
  http,
];

const byName = new Map(TOXIC_TYPES.map((type) => [type.name, type]));

/** Finds a toxic type by the `type` of the API (case counts). */
export function findToxicType(name: string): ToxicType | undefined {
  return byName.get(name);
}
