import type { Clock } from '@faultline/chassis/core';
import type { Topology } from '@faultline/topology';

/** Images of the parts, pinned; `docker-compose.yml` names the same. */
export const IMAGES = {
  kafka: 'apache/kafka:4.3.0',
  postgres: 'postgres:18.4-bookworm',
  toxiproxy: 'ghcr.io/shopify/toxiproxy:2.12.0',
} as const;

/** Labels on everything the lab creates: containers, networks and volumes. */
export const LABELS = {
  /** Id of the lab; `down` and the janitor remove what carries it. */
  lab: 'io.faultline.lab',
  /** `payments-2`, `kafka-1`; the janitor's is `janitor-1`. */
  instance: 'io.faultline.instance',
  /** See `RunningInstance.fingerprint`. */
  fingerprint: 'io.faultline.fingerprint',
  /** `compose`: somebody else made it; it is started and stopped, never made or removed. */
  managed: 'io.faultline.managed',
} as const;

/** Longest time between start and readiness, milliseconds: all at once on a small machine. */
export const START_LIMIT_MS = 90_000;

/** Where and for whom containers are run. */
export interface DockerRuntimeOptions {
  /** Lower-case letters, digits and dashes; the same for the same data folder. */
  lab: string;
  topology: Topology;
  /** Absolute path of the repository: the context of image builds. */
  root: string;
  /** Image of every service and of the janitor: `faultline/services:0.1.0`. */
  servicesImage: string;
  /** Base URL of the registry as the control plane reaches it. */
  registryUrl: string;
  /** OTLP over HTTP as the control plane reaches it. */
  otlpEndpoint: string;
  /**
   * Set when the control plane is a container itself: the network it shares with the parts, made
   * by somebody else, and its own name there.
   */
  inside?: { network: string; name: string };
  /** Superuser of a PostgreSQL that somebody else made (`managed: compose`). */
  superuserPassword?: string;
  clock?: Clock;
}
