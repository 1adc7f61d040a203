import type { Command } from 'commander';
import type { ApiClient } from './client.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CommandContext {
  api: ApiClient;
  terminal: Terminal;
  /** Print JSON for scripts in place of a table. */
  json: boolean;
  /** Aborted when somebody interrupts; who asks for it ends in good order by itself. */
  interruption: () => AbortSignal;
}

/** Adds commands to the program; `context` may be read only when a command runs. */
export type CommandGroup = (program: Command, context: () => CommandContext) => void;
