import { spawn } from 'node:child_process';

/** Ends processes of a host that died without ending them. */
export interface Reaper {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Nothing is left to watch: the reaper ends. */
  dismiss(): void;
}

/**
 * A shell that reads from the host through a pipe. At end of file the host is gone: everything it
 * ran is continued (a stopped process notices nothing by itself), asked to end, and killed when
 * it has not after 3 s. Node children also notice by themselves, see `orphan-guard.mjs`.
 */
const SCRIPT = `
  trap '' INT TERM HUP
  pids=' '
  while read -r verb pid; do
    case $verb in
      watch) pids="$pids$pid " ;;
      forget) case $pids in *" $pid "*) pids="\${pids%% $pid *} \${pids#* $pid }" ;; esac ;;
      dismiss) exit 0 ;;
    esac
  done
  for pid in $pids; do kill -CONT "$pid"; kill -TERM "$pid"; done 2>/dev/null
  for round in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
    left=
    for pid in $pids; do kill -0 "$pid" && left=1; done 2>/dev/null
    [ -z "$left" ] && exit 0
    sleep 0.2
  done
  for pid in $pids; do kill -KILL "$pid"; done 2>/dev/null
`;

/** Starts the shell. Without one (no /bin/sh) only the children's own guard is left. */
export function createReaper(): Reaper {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own process group: it must survive what the terminal sends to the host's.
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  const tell = (line: string): void => {
    if (shell.stdin.writable) shell.stdin.write(`${line}\n`);
  };
  return {
    watch: (pid) => tell(`watch ${pid}`),
    forget: (pid) => tell(`forget ${pid}`),
    dismiss: () => shell.stdin.end('dismiss 0\n'),
  };
}
