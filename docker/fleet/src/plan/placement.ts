/** Whether an address is 127.0.0.1 for everybody, or the instance's id as a name of a network. */
export type Addressing = 'loopback' | 'names';

/** Where the parts of a fleet find each other, as their runtime lays it out. Pure data. */
export interface Placement {
  /** How parts reach parts. With `names` they listen on all addresses of a network of their own. */
  parts: Addressing;
  /** How the control plane reaches parts. `loopback` with named parts: published ports. */
  control: Addressing;
  /** Base URL of the registry, as parts reach it. */
  registryUrl: string;
  /** OTLP over HTTP, as parts reach it. */
  otlpEndpoint: string;
}

/** Host under which `instance` is reached. */
export function hostOf(addressing: Addressing, instance: string): string {
  return addressing === 'loopback' ? '127.0.0.1' : instance;
}

/** Address on which parts listen. */
export function listenHost({ parts }: Pick<Placement, 'parts'>): string {
  return parts === 'loopback' ? '127.0.0.1' : '0.0.0.0';
}
