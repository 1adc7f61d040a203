/** Why a launch failed. Stable. */
export type LaunchErrorCode = 'part-failed' | 'proxy-failed' | 'state-unwritable' | 'stopped';

/** A launch that failed: the message names the part, the cause and the way out. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
  readonly code: LaunchErrorCode;
  /** The part or instance that failed, if one did. */
  readonly part: string | null;

  constructor(code: LaunchErrorCode, part: string | null, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.part = part;
  }
}
