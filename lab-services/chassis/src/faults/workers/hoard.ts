/** A thread that allocates `workerData` bytes, touches and keeps them until it is terminated. */
import { parentPort, workerData } from 'node:worker_threads';

/** Small enough to find room between others, bytes. */
const PIECE_BYTES = 16 * 1_048_576;

const kept: Buffer[] = [];
for (let left = workerData as number; left > 0; left -= PIECE_BYTES) {
  kept.push(Buffer.alloc(Math.min(left, PIECE_BYTES), 1));
}
// Somebody who may ask keeps the thread alive, and the pieces with it.
parentPort?.on('message', () => parentPort?.postMessage(kept.length));
