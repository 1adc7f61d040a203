import { EVENT, type SecretKind, type Workload } from '../core/index.ts';
import type { Telemetry } from '../service.ts';
import type { Workloads } from './workload.ts';

/** Kinds of the secrets in `after` that are not in `before`: those that were taken over. */
export function takenOver(before: Workload, after: Workload): SecretKind[] {
  const isNew: Record<SecretKind, boolean> = {
    certificates: changed(before.tls?.certificate, after.tls?.certificate),
    authority: hasNew(authoritiesOf(before), authoritiesOf(after)),
    clients:
      changed(before.clientSecret, after.clientSecret) || hasNew(hashesOf(before), hashesOf(after)),
    database: changed(before.databasePassword, after.databasePassword),
    internal: hasNew(before.internalTokens, after.internalTokens),
    'assertion-key': changed(before.assertionKey?.kid, after.assertionKey?.kid),
  };
  return (Object.keys(isNew) as SecretKind[]).filter((kind) => isNew[kind]);
}

/** Says whenever this instance takes a secret over; never the secret. */
export function announceSecretChanges(workloads: Workloads, telemetry: Telemetry): void {
  let before = workloads.current;
  workloads.follow((workload) => {
    for (const what of before ? takenOver(before, workload) : []) {
      telemetry.event(EVENT.secretRotated, { what }, `new secret taken over: ${what}`);
    }
    before = workload;
  });
}

function changed(before: string | null | undefined, after: string | null | undefined): boolean {
  return after !== undefined && after !== null && after !== before;
}

function hasNew(before: readonly string[], after: readonly string[]): boolean {
  return after.some((one) => !before.includes(one));
}

function authoritiesOf({ tls }: Workload): string[] {
  const pem = tls?.authorities ?? '';
  return pem.split(/(?<=-----END CERTIFICATE-----)/).map((one) => one.trim());
}

function hashesOf({ clients }: Workload): string[] {
  return clients.flatMap(({ secretHashes }) => secretHashes);
}
