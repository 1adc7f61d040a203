/** Why PostgreSQL cannot run here. Stable: tests and launchers switch on it. */
export type PostgresProblemCode =
  | 'binaries-missing'
  | 'folder-unwritable'
  | 'folder-closed'
  | 'disk-full'
  | 'port-taken'
  | 'data-of-another-version'
  | 'admin-secret-lost'
  | 'shared-memory-in-use'
  | 'no-unprivileged-account'
  | 'configuration'
  | 'start-failed';

/** A failure that a person can do something about: the message names the cause and the way out. */
export class PostgresProblem extends Error {
  override readonly name = 'PostgresProblem';
  readonly code: PostgresProblemCode;

  constructor(code: PostgresProblemCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Translates what the file system said about `path` into a problem; other errors stay. */
export function fileProblem(path: string, cause: unknown): unknown {
  switch ((cause as NodeJS.ErrnoException).code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
      return new PostgresProblem(
        'folder-unwritable',
        `The data folder ${path} cannot be written: ${(cause as Error).message}. ` +
          'Choose another one with --data-dir, or make it writable for this user.',
        { cause },
      );
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, cause);
    default:
      return cause;
  }
}

function diskFull(path: string, cause?: unknown): PostgresProblem {
  return new PostgresProblem(
    'disk-full',
    `No space is left on the device that holds ${path}. Free about 200 MB, or choose another ` +
      'folder with --data-dir.',
    { cause },
  );
}

/** What the last words of `initdb` or `postgres` (messages in English) mean for a person. */
export function explainOutput(
  output: string,
  context: { host: string; port: number; dataDir: string },
): PostgresProblem {
  const cause = new Error(output.trim().slice(-2000));
  if (output.includes('No space left on device')) return diskFull(context.dataDir, cause);
  if (output.includes('Address already in use')) {
    return new PostgresProblem(
      'port-taken',
      `Port ${context.port} on ${context.host} is taken by another program. ` +
        'Stop that program, or choose another port with --port.',
      { cause },
    );
  }
  if (output.includes('is not compatible with') || output.includes('initialized by PostgreSQL')) {
    return new PostgresProblem(
      'data-of-another-version',
      `The data in ${context.dataDir} were written by another version of PostgreSQL. ` +
        'Move that folder away; it is made anew.',
      { cause },
    );
  }
  if (output.includes('pre-existing shared memory block')) {
    return new PostgresProblem(
      'shared-memory-in-use',
      `Processes of an earlier PostgreSQL still use ${context.dataDir}. End them and try again.`,
      { cause },
    );
  }
  if (/Permission denied|Operation not permitted/.test(output)) {
    return new PostgresProblem(
      'folder-unwritable',
      `PostgreSQL may not use ${context.dataDir}: ${lastLine(output)}. ` +
        'Choose another folder with --data-dir, or give it to this user.',
      { cause },
    );
  }
  return new PostgresProblem('start-failed', `PostgreSQL did not start: ${lastLine(output)}`, {
    cause,
  });
}

function lastLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const telling = lines.filter((line) => /FATAL|PANIC|error:/.test(line));
  return (telling.at(-1) ?? lines.at(-1) ?? 'it said nothing').trim().slice(0, 500);
}
