/** Why a launch failed. Stable. */
export type LaunchErrorCode =
  | 'part-failed'
  | 'proxy-failed'
  | 'state-unwritable'
  | 'stopped'
  /** Nothing answers where the container engine should be. */
  | 'engine-unreachable'
  /** The engine answers, and cannot or will not do what a launch needs. */
  | 'engine-failed'
  /** An image can be neither pulled nor built. */
  | 'image-failed';

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
