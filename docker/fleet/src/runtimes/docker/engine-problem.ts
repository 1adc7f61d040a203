import { LaunchError } from '../../errors.ts';

/** Says for people why the engine could not be asked, and what to do. */
export function describeEngineError(error: unknown, address: string): string {
  if (error instanceof LaunchError) return error.message;
  const { code, message, statusCode } = error as NodeJS.ErrnoException & { statusCode?: number };
  if (statusCode !== undefined) return reasonOf(error);
  switch (code) {
    case 'ENOENT':
      return (
        `No Docker engine: ${address} is not there. ` +
        'Install Docker or start it (Docker Desktop, or `sudo systemctl start docker`); ' +
        'DOCKER_HOST names another engine.'
      );
    case 'EACCES':
    case 'EPERM':
      return (
        `The Docker engine at ${address} may not be used by this user. ` +
        'Join the group docker (`sudo usermod -aG docker $USER`) and log in again.'
      );
    case 'ECONNREFUSED':
      return (
        `Nothing answers at ${address}: the Docker engine is not running. ` +
        'Start it (Docker Desktop, or `sudo systemctl start docker`).'
      );
    case 'ECONNRESET':
    case 'ABORT_ERR':
      return `The Docker engine at ${address} does not answer. Look at it, or restart it.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `DOCKER_HOST leads to ${address}, which has no address. Correct it or unset it.`;
    default:
      return `The Docker engine at ${address} cannot be used: ${message}`;
  }
}

/** Whether the engine itself was not reached, as opposed to an answer that says no. */
export function isUnreachable(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === undefined;
}

/** Whether the engine says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 404;
}

/** Whether it is so already, or is being done by somebody else at this moment. */
export function isConflict(error: unknown): boolean {
  const { statusCode } = error as { statusCode?: number };
  return statusCode === 304 || statusCode === 409;
}

/** The engine's own words, without the wrapping of its client. */
export function reasonOf(error: unknown): string {
  const { json, message } = error as Error & { json?: { message?: unknown } };
  if (typeof json?.message === 'string') return json.message;
  return message.replace(/^\(HTTP code \d+\) [^-]+ - /, '').trim();
}

/** A failed call as the reason why a launch cannot go on. */
export function toLaunchError(error: unknown, address: string, doing: string): LaunchError {
  if (error instanceof LaunchError) return error;
  const detail = describeEngineError(error, address);
  return isUnreachable(error)
    ? new LaunchError('engine-unreachable', null, detail, { cause: error })
    : new LaunchError('engine-failed', null, `The engine could not ${doing}: ${detail}`, {
        cause: error,
      });
}
