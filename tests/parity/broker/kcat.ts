import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

/** What kcat tells of a message with `-J`. */
export interface KcatMessage {
  partition: number;
  offset: number;
  key: string | null;
  payload: string | null;
  ts: number;
  headers?: string[];
}

const COMMON = ['-q', '-X', 'broker.address.family=v4'];

/** Starts kcat, the command line of librdkafka. */
export function startKcat(program: string, port: number, args: readonly string[]) {
  return spawn(program, ['-b', `127.0.0.1:${port}`, ...COMMON, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Runs kcat until it ends. */
export async function runKcat(program: string, port: number, args: readonly string[], input = '') {
  const child = startKcat(program, port, args);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code: child.exitCode, stdout, stderr };
}

/** Everything in a topic from `offset` (`beginning`, a number, `s@<ms>`) to its end. */
export async function readWithKcat(
  program: string,
  port: number,
  topic: string,
  offset = 'beginning',
): Promise<KcatMessage[]> {
  const args = ['-C', '-e', '-J', '-t', topic, '-o', offset];
  const { stdout, stderr } = await runKcat(program, port, args);
  if (stderr !== '') throw new Error(stderr);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KcatMessage);
}
