import type { PlannedInstance } from '../../plan/model.ts';

/** A program of this repository with its flags. */
export interface EmbeddedProgram {
  /** Relative to the repository's root. */
  entry: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
}

const HOST = '127.0.0.1';

/**
 * The embedded part that does an instance's work: a service, or a stand-in with the flags of its
 * `main.ts`. Secrets are in the environment, never on the command line.
 */
export function embeddedProgram(
  { id, part, port, work }: PlannedInstance,
  dataDir: string,
): EmbeddedProgram {
  const address = ['--host', HOST, '--port', String(port), '--data-dir', `${dataDir}/${part}`];
  switch (work.program) {
    case 'service':
      return { entry: work.entry, args: [], env: work.env };
    case 'toxiproxy':
      // Single dashes, as the real one has them.
      return {
        entry: standIn('tcp-proxy'),
        args: ['-host', HOST, '-port', String(port)],
        env: {},
      };
    case 'kafka': {
      const topics = work.topics.flatMap(({ name, partitions }) => [
        '--topic',
        `${name}:${partitions}`,
      ]);
      return { entry: standIn('kafka-broker'), args: [...address, ...topics], env: {} };
    }
    case 'postgres':
      return {
        entry: standIn('postgres'),
        args: address,
        env: {
          POSTGRES_PASSWORD: work.superuserPassword,
          POSTGRES_DATABASES: JSON.stringify(work.databases),
        },
      };
    default:
      throw new Error(`Nothing runs ${id}: ${JSON.stringify(work satisfies never)}`);
  }
}

function standIn(folder: string): string {
  return `docker/stand-ins/${folder}/src/main.ts`;
}
