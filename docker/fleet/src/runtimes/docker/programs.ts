import { createHash } from 'node:crypto';
import type { PlannedInstance } from '../../plan/model.ts';
import { hostOf } from '../../plan/placement.ts';
import { NODE_FLAGS } from '../node-flags.ts';
import { IMAGES } from './options.ts';

/** A program as a container runs it, before limits and names. */
export interface ContainerProgram {
  image: string;
  /** Arguments of the image's entry point; absent: the image's own. */
  command?: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Where data are kept that survive the container. */
  dataPath?: string;
  /** Port inside the network; by default the instance's. */
  port?: number;
  memoryBytes: number;
  cpus: number;
  /** Nothing is written but to `/tmp`. */
  readOnly: boolean;
  /** What the image's entry point needs of root's powers before it gives them up. */
  capabilities: readonly string[];
}

/** Where the API of the proxy server is inside a lab's network: its janitor asks there. */
export const PROXY_API_PORT = 8474;

const MIB = 1024 ** 2;
const CONTROLLER_PORT = 19_093;

/** Settings of the embedded PostgreSQL (`docker/stand-ins/postgres`) that matter to the fleet. */
const POSTGRES_SETTINGS: Readonly<Record<string, string>> = {
  shared_buffers: '32MB',
  max_connections: '150',
  jit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  max_parallel_workers: '0',
  autovacuum_max_workers: '1',
  autovacuum_naptime: '15s',
  tcp_keepalives_idle: '10',
  tcp_keepalives_interval: '3',
  tcp_keepalives_count: '3',
  idle_in_transaction_session_timeout: '60s',
};

/** The program that does an instance's work. Secrets are in the environment, never in arguments. */
export function containerProgram(
  instance: PlannedInstance,
  lab: { servicesImage: string; publish: boolean },
): ContainerProgram {
  const { id, port, work } = instance;
  switch (work.program) {
    case 'service':
      return {
        image: lab.servicesImage,
        command: ['node', ...NODE_FLAGS, work.entry],
        // glibc makes an arena per thread, and returns little of any.
        env: { ...work.env, MALLOC_ARENA_MAX: '2' },
        memoryBytes: 256 * MIB,
        cpus: 1,
        readOnly: true,
        capabilities: [],
      };
    case 'toxiproxy': {
      // Published, it may be elsewhere; in here it is where the janitor, which starts first, asks.
      const inner = lab.publish ? PROXY_API_PORT : port;
      return {
        image: IMAGES.toxiproxy,
        command: ['-host=0.0.0.0', `-port=${inner}`],
        env: {},
        port: inner,
        memoryBytes: 256 * MIB,
        cpus: 2,
        readOnly: true,
        capabilities: [],
      };
    }
    case 'kafka':
      return kafka(hostOf('names', id), port);
    case 'postgres':
      return postgres(port, work.superuserPassword);
    default:
      throw new Error(`Nothing runs ${id}: ${JSON.stringify(work satisfies never)}`);
  }
}

/** One node that is broker and controller; variables as the official image reads them. */
function kafka(host: string, port: number): ContainerProgram {
  const dataPath = '/var/lib/kafka/data';
  return {
    image: IMAGES.kafka,
    env: {
      CLUSTER_ID: createHash('sha256').update('faultline').digest('base64url').slice(0, 22),
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:${CONTROLLER_PORT}`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://${host}:${port}`,
      KAFKA_CONTROLLER_QUORUM_VOTERS: `1@localhost:${CONTROLLER_PORT}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_LOG_DIRS: dataPath,
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      // Fifty partitions for the offsets of one group would be files without a use.
      KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
      KAFKA_HEAP_OPTS: '-Xmx512m -Xms256m',
    },
    dataPath,
    memoryBytes: 1024 * MIB,
    cpus: 2,
    readOnly: false,
    capabilities: [],
  };
}

function postgres(port: number, superuserPassword: string): ContainerProgram {
  const settings = Object.entries(POSTGRES_SETTINGS);
  return {
    image: IMAGES.postgres,
    command: [
      'postgres',
      '-p',
      String(port),
      ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: { POSTGRES_PASSWORD: superuserPassword },
    // Since version 18 the image keeps the cluster in a folder of its own below this one.
    dataPath: '/var/lib/postgresql',
    memoryBytes: 512 * MIB,
    cpus: 2,
    readOnly: false,
    // It makes the data folder as root and gives it to the account that the server runs as. The
    // first process stays root's, and passes on the signal that ends the other account's server.
    capabilities: ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'KILL', 'SETGID', 'SETUID'],
  };
}
