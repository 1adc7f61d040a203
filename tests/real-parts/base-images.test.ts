import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { freePort } from '../lab/free-port.ts';
import {
  createContainers,
  docker,
  publishedPort,
  tryDocker,
  untilContainer,
  type Containers,
} from './engine.ts';
import { findDocker, IMAGES, isMissing, titleOf, VERSIONS } from './parts.ts';

const missing = isMissing('docker', findDocker());

/** What the lab relies on. It holds for the official images as for the local ones of the same tag. */
describe.skipIf(missing)(titleOf('images of other people', missing), () => {
  it('toxiproxy serves its API on every address, and brings its command line client', async () => {
    await using containers = createContainers();
    const id = await containers.start(
      '--publish',
      '127.0.0.1::8474',
      '--read-only',
      IMAGES.toxiproxy,
    );
    const port = await publishedPort(id, 8474);
    await untilContainer(id, async () => (await fetch(`http://127.0.0.1:${port}/proxies`)).ok);
    const answer = await (await fetch(`http://127.0.0.1:${port}/version`)).json();
    expect(answer).toEqual({ version: VERSIONS.toxiproxy });
    expect((await tryDocker('exec', id, '/toxiproxy-cli', 'list')).code).toBe(0);
  });

  it('postgres makes user and database, asks for the password and takes settings', async () => {
    await using containers = createContainers();
    const id = await containers.start(
      ...['--publish', '127.0.0.1::5999', '--cap-drop', 'ALL'],
      ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'SETGID', 'SETUID'].flatMap((name) => [
        '--cap-add',
        name,
      ]),
      ...['--env', 'POSTGRES_PASSWORD=correct', '--env', 'POSTGRES_USER=lab'],
      ...['--env', 'POSTGRES_DB=shop', IMAGES.postgres],
      ...['postgres', '-p', '5999', '-c', 'max_connections=77'],
    );
    const ready = ['pg_isready', '--host', '127.0.0.1', '--port', '5999', '--quiet'];
    await untilContainer(id, async () => (await tryDocker('exec', id, ...ready)).code === 0);
    const port = await publishedPort(id, 5999);
    const ask = async (password: string): Promise<unknown> => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: 'lab',
        database: 'shop',
        password,
      });
      await client.connect();
      try {
        const { rows } = await client.query<Record<string, unknown>>(
          "select current_setting('max_connections') as most, current_setting('server_version') as version",
        );
        return rows[0];
      } finally {
        await client.end();
      }
    };
    expect(await ask('correct')).toEqual({
      most: '77',
      version: expect.stringContaining(VERSIONS.postgres) as string,
    });
    await expect(ask('wrong')).rejects.toThrow('password authentication failed');
    await docker('stop', '--time', '20', id);
    expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
  });

  it('postgres does not begin without a password', async () => {
    const outcome = await tryDocker('run', '--rm', IMAGES.postgres);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('POSTGRES_PASSWORD');
  });

  it('kafka is configured by the environment, and keeps its records over a restart', async () => {
    await using containers = createContainers();
    // The port is advertised, so it is chosen before the broker starts.
    const port = await freePort();
    const id = await startKafka(containers, port);
    const topic = `kept-${randomUUID()}`;
    const kafka = new Kafka({
      brokers: [`127.0.0.1:${port}`],
      logLevel: logLevel.NOTHING,
      retry: { retries: 0 },
    });
    const admin = kafka.admin();
    const answers = async (): Promise<boolean> => {
      await admin.connect();
      return (await admin.describeCluster()).brokers.length === 1;
    };
    await untilContainer(id, answers);
    await admin.createTopics({ topics: [{ topic, numPartitions: 3 }] });
    await admin.disconnect();
    await docker('restart', '--time', '30', id);
    await untilContainer(id, answers);
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    expect(topics[0]?.partitions).toHaveLength(3);
    await admin.disconnect();
    expect(await docker('exec', id, 'id', '--user')).toBe('1000');
  });
});

function startKafka(containers: Containers, port: number): Promise<string> {
  const environment = {
    CLUSTER_ID: 'ZmF1bHRsaW5lLWxhYi10ZQ',
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:19093`,
    KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:${port}`,
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:19093',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_HEAP_OPTS: '-Xms128m -Xmx256m',
  };
  return containers.start(
    ...['--publish', `127.0.0.1:${port}:${port}`, '--cap-drop', 'ALL'],
    ...Object.entries(environment).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    IMAGES.kafka,
  );
}
