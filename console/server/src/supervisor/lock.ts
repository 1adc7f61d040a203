import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The right to use a data folder, held by one lab at a time. */
export type Lock = { ok: true; release: () => Promise<void> } | { ok: false; problem: string };

/** Takes the data folder, unless a lab that still runs has it. */
export async function lockDataDir(dataDir: string): Promise<Lock> {
  const path = join(dataDir, 'lab.pid');
  try {
    await mkdir(dataDir, { recursive: true });
    const holder = Number.parseInt(await readFile(path, 'utf8').catch(() => ''), 10);
    if (holder > 1 && holder !== process.pid && (await isLab(holder))) {
      const wayOut = 'End it first, or start this one with another --data-dir and --port.';
      return {
        ok: false,
        problem: `A lab already runs in ${dataDir} (process ${holder}). ${wayOut}`,
      };
    }
    await writeFile(path, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    const why = (error as Error).message;
    const wayOut = 'Free space, make it writable, or choose another one with --data-dir.';
    return { ok: false, problem: `The data folder ${dataDir} cannot be used: ${why}. ${wayOut}` };
  }
  return { ok: true, release: () => rm(path, { force: true }) };
}

/** Whether the process exists and is a supervisor: numbers are given again after a restart. */
async function isLab(pid: number): Promise<boolean> {
  const listed = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(async () => ({
    stdout: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
  }));
  return listed.stdout.includes('supervisor');
}
