#!/usr/bin/env node
// The way in: `npm start` and `npm test`. Plain JavaScript without dependencies, because it runs
// on whatever Node.js the machine has (20 or newer) and before anything is installed. Everything
// after it runs on the Node.js that package.json pins.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');
const MODULES = join(ROOT, 'node_modules');
const BIN = join(MODULES, '.bin');
const NODE = join(MODULES, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const LOCK = join(ROOT, 'package-lock.json');
const INSTALL_STAMP = join(MODULES, '.faultline-lock-hash');
const WEB = join(ROOT, 'console', 'out');
const WEB_STAMP = join(WEB, '.source-hash');
const WEB_SOURCES = [
  ...['app', 'features', 'components', 'lib', 'styles', 'config', 'public'],
  ...['package.json', 'tsconfig.json', 'next.config.ts', 'next.config.mjs', 'postcss.config.mjs'],
].map((name) => join(ROOT, 'console', name));
/** Each build has a folder of its own, named by its sources and where they lie: it knows their places. */
const PROGRAMS = join(MODULES, '.cache', 'faultline-programs');
const PROGRAM_SOURCES = [
  ...['lab-services', 'docker/fleet/src', 'docker/programs/src', 'docker/stand-ins'],
  ...['collector/src', 'console/server/src', 'scenarios/src'],
].map((name) => join(ROOT, name));
/** The same folder as that of the fleet's processes when they run from their sources. */
const COMPILED = join(MODULES, '.cache', 'faultline-compiled');
const CONTRACTS = [
  'console/server/src/contract',
  'collector/src/contract',
  'lab-services/chassis/src/core',
  'lab-services/topology/src',
  'scenarios/src/journal',
  'scenarios/src/compare',
  'scenarios/src/document/units.ts',
  'scenarios/src/probes/reading.ts',
].map((name) => join(ROOT, name));

/** How often, and after which pause, a build is tried while another one holds the folder. */
const BUILD_ATTEMPTS = 60;
const BUILD_PAUSE_MS = 2000;

const HELP = `Starts the lab: a fleet of services, what observes it, and the console.

  npm start -- [options]

  --port <number>      port of the console            (3000)
  --host <address>     address of the console         (127.0.0.1)
  --rps <number>       load at launch, requests/s     (40, 0 to 500)
  --runtime <name>     process, or docker: the real Toxiproxy, Kafka and PostgreSQL in
                       containers      (process)
  --mtls               services speak mutual TLS with each other
  --protect <name>     a service or instance that no fault hits; again for more, * is a wildcard
  --max-targets <n>    most instances that one fault hits
  --max-fault-seconds <n>   longest time of a fault   (3600)
  --no-load            launch without load
  --no-launch          do not launch the fleet; the console has a button
  --headless           without the web console: the API and the command line alone
  --from-source        without building the programs first: takes more time and memory, and a
                       stack trace names the line of the source
  --data-dir <folder>  where data and logs are kept   (.faultline)
  --help               this text

Ctrl-C ends everything; data stay. Logs of every part: <data-dir>/logs.
`;

/** A failure that was foreseen: its message is all a person needs. */
class Problem extends Error {}

/** Whether another program started this one and holds a channel to it, which says that it lives. */
const HAS_STARTER = process.connected === true;

const HEADLESS = '--headless';
const FROM_SOURCE = '--from-source';
const [command = 'start', ...given] = process.argv.slice(2);
const args = given.filter((flag) => flag !== HEADLESS && flag !== FROM_SOURCE);
const headless = given.includes(HEADLESS);
const fromSource = given.includes(FROM_SOURCE);
try {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(HELP);
  } else if (command === 'start') {
    await install();
    if (!headless) await buildWeb();
    process.exitCode = await superviseLab(fromSource ? null : await buildPrograms());
  } else if (command === 'test') {
    await install();
    process.exitCode = await test();
  } else {
    throw new Problem(`Unknown command ${command}. There are: start, test.`);
  }
} catch (error) {
  process.stderr.write(`✗ ${error instanceof Problem ? error.message : error.stack}\n`);
  process.exitCode = 1;
}

/** Installs the packages unless those of the lock file are already there. */
async function install() {
  const wanted = hashOf([LOCK]);
  const pinned = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies.node;
  if (existsSync(NODE) && (readStamp(INSTALL_STAMP) === wanted || installedByHand())) {
    writeStamp(INSTALL_STAMP, wanted);
    return;
  }
  const end = begin('Installing packages');
  const result = await run(npm(), ['ci', '--no-audit', '--no-fund'], { quiet: true });
  if (result.code !== 0) throw new Problem(explainInstall(result.output));
  if (!existsSync(NODE)) {
    throw new Problem(
      `The package node@${pinned} brought no program for ${process.platform} ${process.arch}: ` +
        'allow its install script (allowScripts in package.json) and run npm ci again.',
    );
  }
  writeStamp(INSTALL_STAMP, wanted);
  end();
}

/**
 * Whether somebody ran `npm ci` since the lock file last changed. npm writes what it installed to
 * node_modules/.package-lock.json.
 */
function installedByHand() {
  try {
    const installed = JSON.parse(readFileSync(join(MODULES, '.package-lock.json'), 'utf8'));
    const locked = JSON.parse(readFileSync(LOCK, 'utf8'));
    return (
      Object.entries(installed.packages).every(
        ([path, { version, link }]) => link || locked.packages[path]?.version === version,
      ) &&
      Object.entries(locked.packages).every(
        ([path, entry]) =>
          path === '' ||
          entry.optional ||
          !path.startsWith('node_modules/') ||
          path in installed.packages,
      )
    );
  } catch {
    return false;
  }
}

function lastLines(output, count) {
  return output.trim().split('\n').slice(-count).join('\n');
}

function explainInstall(output) {
  const last = lastLines(output, 15);
  if (/ENOSPC/.test(output))
    return `No space is left to install the packages (about 1 GB).\n${last}`;
  if (/EACCES|EPERM|EROFS/.test(output)) {
    return `The folder ${ROOT} cannot be written by this user: npm ci was refused.\n${last}`;
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|network/i.test(output)) {
    return (
      'The packages cannot be fetched: there is no way to the package registry. Check the ' +
      `network, the proxy (npm config get proxy) and the registry, then start again.\n${last}`
    );
  }
  return `npm ci failed.\n${last}`;
}

/** Builds the web console unless the one in console/out was made from the same sources. */
async function buildWeb() {
  const wanted = hashOf([...WEB_SOURCES, ...CONTRACTS, LOCK]);
  const isBuilt = () => existsSync(join(WEB, 'index.html')) && readStamp(WEB_STAMP) === wanted;
  if (isBuilt()) return;
  const end = begin('Building the console');
  for (let attempt = 1; !isBuilt(); attempt += 1) {
    const result = await run(npm(), ['run', 'build', '-w', '@faultline/console'], { quiet: true });
    if (result.code === 0) {
      writeStamp(WEB_STAMP, wanted);
    } else if (attempt < BUILD_ATTEMPTS && /build process is already running/.test(result.output)) {
      // Somebody else builds the same sources: when that is done, this is soon done too.
      await new Promise((again) => setTimeout(again, BUILD_PAUSE_MS));
    } else {
      const last = lastLines(result.output, 40);
      const why = /ENOSPC/.test(result.output) ? ': no space is left on the device' : '';
      throw new Problem(`The console could not be built${why}.\n${last}`);
    }
  }
  end();
}

/** Builds the programs unless they were built from the same sources; returns their folder. */
async function buildPrograms() {
  const sources = hashOf([...PROGRAM_SOURCES, LOCK]);
  const name = createHash('sha256').update(`${ROOT}\0${sources}`).digest('hex').slice(0, 16);
  const folder = join(PROGRAMS, name);
  if (existsSync(folder)) return folder;
  const end = begin('Building the programs');
  const builder = join(ROOT, 'docker/programs/src/main.ts');
  const result = await run(NODE, [builder, '--to', folder], { quiet: true });
  if (result.code !== 0) {
    throw new Problem(`The programs could not be built.\n${lastLines(result.output, 40)}`);
  }
  end();
  return folder;
}

/** Runs the supervisor in the foreground and ends as it ends, or as whoever started this one does. */
async function superviseLab(programs) {
  // Whoever wanted the lab may have ended while it was built.
  if (HAS_STARTER && !process.connected) return 1;
  const main = 'console/server/src/supervisor/main';
  const program = programs ? join(programs, `${main}.mjs`) : join(ROOT, `${main}.ts`);
  // As the process host does for what it starts (built-programs.ts).
  const compiled = programs ? join(programs, 'compiled') : COMPILED;
  // It passes on messages and lines: a small heap is enough, and a large one is never given back.
  const heap = ['--max-semi-space-size=2', '--max-old-space-size=128'];
  const built = programs ? ['--programs', programs] : [];
  const child = spawn(NODE, [...heap, program, '--web-root', WEB, ...built, ...args], {
    cwd: process.cwd(),
    env: { MALLOC_ARENA_MAX: '2', NODE_COMPILE_CACHE: compiled, ...environment() },
    // The channel says nothing: that it closes tells the supervisor that this process was killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  process.on('disconnect', () => child.kill('SIGTERM'));
  return endsWith(child).finally(() => process.connected && process.disconnect());
}

/** Runs every suite and adds up what they say; a broken contract ends it before a fleet starts. */
async function test() {
  const vitest = join(MODULES, 'vitest', 'vitest.mjs');
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const failures = [];
  let code = 0;
  for (const project of ['pact', 'unit', 'e2e', 'parity']) {
    if (project === 'e2e') await buildWeb();
    const result = await run(
      NODE,
      [vitest, 'run', '--project', project, '--passWithNoTests', ...args],
      {
        quiet: false,
      },
    );
    code = code || result.code;
    const output = withoutColours(result.output);
    if (result.code !== 0) failures.push(`\nFailed in ${project}:\n${failuresIn(output)}\n`);
    const line = /^\s*Tests\s+(.*)$/m.exec(output)?.[1] ?? '';
    for (const name of Object.keys(totals)) {
      totals[name] += Number(new RegExp(`(\\d+) ${name}`).exec(line)?.[1] ?? 0);
    }
    if (project === 'pact' && code !== 0) break;
  }
  const { passed, failed, skipped } = totals;
  // Said again at the end, where it is looked for: the suites after it print for minutes.
  process.stdout.write(failures.join(''));
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  return code;
}

/** What vitest tells of its failures, from the first to the totals; the last lines where it tells none. */
function failuresIn(output) {
  const lines = output.split('\n');
  const from = lines.findIndex((line) => /⎯ (Failed (Tests|Suites)|Unhandled Errors)/.test(line));
  const to = lines.findLastIndex((line) => /^\s*Test Files\s/.test(line));
  const told = from === -1 ? lines.slice(-40) : lines.slice(from, to > from ? to : undefined);
  return told.slice(0, 120).join('\n').trimEnd();
}

/** Runs a program to its end; keeps what it says, and shows it unless `quiet`. */
function run(program, parameters, { quiet }) {
  const child = spawn(program, parameters, {
    cwd: ROOT,
    env: { ...environment(), ...(!quiet && process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
  });
  let output = '';
  const keep = (stream) => (chunk) => {
    output = (output + chunk).slice(-200_000);
    if (!quiet) stream.write(chunk);
  };
  child.stdout.on('data', keep(process.stdout));
  child.stderr.on('data', keep(process.stderr));
  return endsWith(child).then((code) => ({ code, output }));
}

/** Passes signals on and resolves with the exit code, by shell convention 128 + n for a signal. */
function endsWith(child) {
  const forward = (signal) => child.kill(signal);
  const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 };
  for (const signal of Object.keys(signals)) process.on(signal, forward);
  return new Promise((done, fail) => {
    child.on('error', (error) => {
      fail(
        error.code === 'ENOENT'
          ? new Problem(`${child.spawnfile} is missing: run npm ci, then start again.`)
          : error,
      );
    });
    child.on('close', (code, signal) => {
      for (const name of Object.keys(signals)) process.off(name, forward);
      done(code ?? 128 + (signals[signal] ?? 9));
    });
  });
}

/** The pinned Node.js comes first for everything that is started from here. */
function environment() {
  return { ...process.env, PATH: [dirname(NODE), BIN, process.env.PATH].join(delimiter) };
}

function npm() {
  return process.platform === 'win32' ? 'npm.cmd' : 'npm';
}

function begin(what) {
  const startedAt = Date.now();
  process.stdout.write(`… ${what}\n`);
  return () => {
    process.stdout.write(`✓ ${what} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)\n`);
  };
}

/** A hash over names and contents of files and folders; missing ones count as missing. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) add(join(path, name));
    } else if (!path.endsWith('.test.ts') && !path.endsWith('.test.tsx')) {
      hash
        .update(`${relative(ROOT, path)}\0`)
        .update(readFileSync(path))
        .update('\0');
    }
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}

function readStamp(path) {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

function writeStamp(path, value) {
  if (readStamp(path) === value) return;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `${value}\n`);
  } catch (error) {
    throw new Problem(`${path} cannot be written: ${error.message}`);
  }
}

function withoutColours(text) {
  return text.replace(/\u001b\[[0-9;]*m/g, '');
}
