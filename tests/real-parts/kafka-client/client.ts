import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { CACHE, findKafka, type KafkaPrograms } from '../parts.ts';

/** Apache Kafka's own client refused; `name` is the class of its exception. */
export class JavaError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Apache Kafka's own client (kafka-clients) in a process of its own; see KafkaClient.java. */
export interface JavaClient extends AsyncDisposable {
  /** Has one operation done. @throws JavaError */
  call<T = unknown>(op: string, request?: Record<string, unknown>): Promise<T>;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
  message?: string;
}

const SOURCE = join(import.meta.dirname, 'KafkaClient.java');
const JVM = ['-Xms64m', '-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];

/** Compiles the program unless it is in the cache, and starts it against this port. */
export async function startJavaClient(port: number): Promise<JavaClient> {
  const programs = findKafka();
  if (!programs) throw new Error('the jars of Apache Kafka are not here');
  const classpath = `${await compiled(programs)}${delimiter}${programs.classpath}`;
  const child = spawn(
    programs.java,
    [...JVM, '-cp', classpath, 'KafkaClient', `127.0.0.1:${port}`],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  process.once('exit', () => child.kill('SIGKILL'));
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  createInterface(child.stdout).on('line', (line) => {
    const { id, error, message, result } = JSON.parse(line) as Answer;
    if (error === undefined) waiting.get(id)?.resolve(result);
    else waiting.get(id)?.reject(new JavaError(error, message ?? ''));
    waiting.delete(id);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => {
    for (const { reject } of waiting.values()) reject(new Error('the Java client has ended'));
  });
  let lastId = 0;
  return {
    call<T>(op: string, request: Record<string, unknown> = {}) {
      const answer = Promise.withResolvers<unknown>();
      lastId += 1;
      waiting.set(lastId, answer);
      child.stdin.write(`${JSON.stringify({ ...request, id: lastId, op })}\n`);
      return answer.promise as Promise<T>;
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await gone;
    },
  };
}

/** The folder of the compiled classes, named after the source so that a change compiles again. */
async function compiled({ java, libs }: KafkaPrograms): Promise<string> {
  const version = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const folder = join(CACHE, `kafka-client-${version}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const jars = readdirSync(libs).map((name) => join(libs, name));
  await promisify(execFile)(java, [
    ...['-m', 'jdk.compiler/com.sun.tools.javac.Main'],
    ...['-d', unfinished, '-cp', jars.join(delimiter), SOURCE],
  ]);
  renameSync(unfinished, folder);
  return folder;
}
