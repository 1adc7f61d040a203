import { fileURLToPath } from 'node:url';
import type { ServiceClientConstructor, ServiceDefinition } from '@grpc/grpc-js';

/** A service of a proto file. */
export interface RpcContract {
  proto: URL;
  /** With its package: `inventory.v1.Inventory`. */
  service: string;
}

const loaded = new Map<string, Promise<ServiceClientConstructor>>();

/** Reads a contract once: fields in camel case, defaults filled in, numbers as numbers. */
export function loadContract({ proto, service }: RpcContract): Promise<ServiceClientConstructor> {
  const key = `${proto.href} ${service}`;
  let contract = loaded.get(key);
  if (!contract) loaded.set(key, (contract = load(fileURLToPath(proto), service)));
  return contract;
}

/** Path of a method, as it is sent: `/inventory.v1.Inventory/CheckStock`. */
export function methodOf(definition: ServiceDefinition, name: string) {
  const method = definition[name];
  if (!method) throw new Error(`The contract has no method ${name}`);
  return method;
}

// Several megabytes, for the services that speak gRPC only.
async function load(path: string, service: string): Promise<ServiceClientConstructor> {
  const [{ loadPackageDefinition }, loader] = await Promise.all([
    import('@grpc/grpc-js'),
    import('@grpc/proto-loader'),
  ]);
  const definition = await loader.load(path, {
    ...{ keepCase: false, longs: Number, enums: String, defaults: true },
  });
  let found: unknown = loadPackageDefinition(definition);
  for (const step of service.split('.')) found = (found as Record<string, unknown>)?.[step];
  if (typeof found !== 'function') throw new Error(`${path} has no service ${service}`);
  return found as ServiceClientConstructor;
}
