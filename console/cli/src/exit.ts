/** Exit codes of the command line; a script may rely on them. */
export const EXIT = {
  done: 0,
  /** The lab refused, or what was asked for does not exist. */
  refused: 1,
  /** A run: too little was seen to say anything. */
  inconclusive: 2,
  /** A run was stopped by a condition or a person. */
  stopped: 3,
  /** A run could not undo everything it did. */
  undo: 4,
  /** The command line, or an experiment's document, is wrong (sysexits EX_USAGE). */
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
