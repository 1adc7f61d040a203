/**
 * What the supervisor and the console say to each other over the IPC channel that Node opens
 * between a parent and its child.
 *
 * ```
 * supervisor  --host-event, host-reply, stopping-->  console
 * console     --host-request, progress, note, fleet-->  supervisor
 * ```
 *
 * The console runs the fleet through `createIpcProcessHost(process)` of `@faultline/fleet`; the
 * processes belong to the supervisor and outlive the console. Start of the console:
 *
 * ```
 * node console/server/src/main.ts --host H --port P --data-dir DIR --collector-url URL
 *      --otlp-endpoint URL --rps N --runtime KIND --web-root DIR [--mtls] [--no-load] [--no-launch]
 *      [--max-targets N] [--max-fault-seconds N] [--protect NAME]...
 * ```
 *
 * It prints one JSON line with `"msg":"ready"` and `"url"` once it answers requests, and launches
 * the fleet afterwards by itself unless told `--no-launch`. On SIGTERM, or when the channel
 * closes, it clears the faults, closes its own sockets and exits 0: it does not stop a fleet of
 * processes. The supervisor ends those when the lab ends, and keeps them for the next console
 * otherwise. Containers are the engine's and not the supervisor's: when the lab ends, the console
 * removes them before it exits.
 *
 * The console exits with {@link EXIT_CODE_FATAL} when starting it again cannot help (port taken,
 * wrong configuration); the message is in a `problem` message or on standard error.
 */
import type { FleetPhase, LaunchProgress, RuntimeKind } from '@faultline/fleet';

/** Exit code (EX_CONFIG of sysexits.h) that says: do not start me again. */
export const EXIT_CODE_FATAL = 78;

/** The fleet's phase or runtime changed; `problem` is why the last launch failed, with the way out. */
export interface FleetMessage {
  type: 'fleet';
  phase: FleetPhase;
  problem: string | null;
  runtime: RuntimeKind;
}

/** Console to supervisor; the `host-request` messages of the process host share the channel. */
export type ConsoleMessage =
  /** One part of the launch moved: every progress event of the fleet, as it is. */
  | { type: 'progress'; progress: LaunchProgress }
  | FleetMessage
  /** A line for the person who started the lab, for instance a port that was taken. */
  | { type: 'note'; text: string }
  /** Why the console cannot start, with the way out. Followed by an exit. */
  | { type: 'problem'; text: string };

/** Supervisor to console; `host-reply` and `host-event` share the channel. */
export type SupervisorMessage =
  /** The lab ends: what happens to processes from now on is no crash. A SIGTERM follows. */
  { type: 'stopping' };

/** What the console sends, without knowing whether a supervisor is there. */
export interface SupervisorLink {
  send(message: ConsoleMessage): void;
}

/** The link of a console process to its supervisor; does nothing when it was started by hand. */
export function createSupervisorLink(): SupervisorLink {
  return {
    send(message) {
      if (process.connected) process.send?.(message);
    },
  };
}
