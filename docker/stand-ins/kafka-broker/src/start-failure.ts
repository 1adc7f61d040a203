import { FlagError } from './flags.ts';
import type { BrokerSettings } from './options.ts';
import { FolderInUse } from './storage/folder-lock.ts';

/** Says why the broker did not start and what can be done about it, in one sentence. */
export function explainStartFailure(error: unknown, settings?: BrokerSettings): string {
  if (error instanceof FlagError || error instanceof FolderInUse) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  const address = `${settings?.host ?? ''}:${settings?.port ?? ''}`;
  const folder = settings?.dataDir ?? '';
  switch (code) {
    case 'EADDRINUSE':
      return `${address} is taken by another process; stop it or choose another port with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address} is not an address of this machine; choose another one with --host`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return `this user may not write to ${folder} or listen on ${address} (${message}); change the permissions, or choose others with --data-dir and --port`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${folder} is not a folder (${message}); choose another one with --data-dir`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `the disk that holds ${folder} is full (${message}); free some space or choose another folder with --data-dir`;
    default:
      return message;
  }
}
