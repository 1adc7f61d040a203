/** Exit codes of the command line; a script may rely on them. */
export const EXIT = {
  done: 0,
  /** The lab refused, or what was asked for does not exist. */
  refused: 1,
  /** The command line is wrong (sysexits EX_USAGE). */
  usage: 64,
  /** The lab cannot be reached or is broken (sysexits EX_SOFTWARE). */
  lab: 70,
} as const;

/** An expected end of a command: printed as one line, without a stack. */
export class CommandFailure extends Error {
  readonly exitCode: number;
  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
