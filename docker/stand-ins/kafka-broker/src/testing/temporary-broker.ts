import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBroker, type Broker, type BrokerOptions } from '../index.ts';

/** A folder of its own that goes with the test. */
export function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), 'faultline-kafka-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A broker on a free port in a folder of its own; both go with the test. */
export async function temporaryBroker(
  options: Partial<BrokerOptions> = {},
): Promise<Broker & { dataDir: string }> {
  const folder = temporaryFolder();
  const broker = await createBroker({ port: 0, dataDir: folder.path, ...options });
  const close = async () => {
    await broker.close();
    folder[Symbol.dispose]();
  };
  const { host, port } = broker;
  return { host, port, dataDir: folder.path, close, [Symbol.asyncDispose]: close };
}
