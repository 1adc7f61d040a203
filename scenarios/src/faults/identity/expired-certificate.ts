import { z } from 'zod';
import type { FaultContext, FaultKind, FaultTarget } from '../model.ts';

const schema = z.strictObject({ kind: z.literal('identity.expired-certificate') });

/** The renewal of certificates that failed, found out when the last one has run out. */
export const expiredCertificate: FaultKind<z.infer<typeof schema>> = {
  kind: 'identity.expired-certificate',
  title: 'Expired certificate',
  summary:
    'Gives instances a certificate that has run out: new connections to and from them fail, open ' +
    'ones go on. Needs mutual TLS.',
  selects: 'instance',
  schema,
  describe: () => 'certificate expired',
  excludes: (kind) => kind === 'identity.expired-certificate',
  async apply(_spec, target, { fleet }) {
    if (!fleet.status().mtls) {
      throw new Error(
        'links do not speak mutual TLS, so nobody looks at certificates: switch it on first',
      );
    }
    set(target, fleet, true);
  },
  // The fleet holds it until it is told otherwise, or is taken over: then all certificates are new.
  async renew(_spec, target, { fleet }) {
    set(target, fleet, true);
  },
  async revert(_spec, target, { fleet }) {
    set(target, fleet, false);
  },
  async verifyUndone(_spec, target, { fleet }) {
    const left = instancesOf(target).find((id) => fleet.isCertificateExpired(id));
    return left === undefined
      ? { clean: true }
      : { clean: false, left: `${left} has an expired certificate` };
  },
};

/** An instance that is gone has no certificate at all: that is no failure of an undo. */
function set(target: FaultTarget, fleet: FaultContext['fleet'], expired: boolean): void {
  for (const id of instancesOf(target)) {
    const answer = fleet.setCertificateExpired(id, expired);
    if (answer.kind === 'refused' && expired) throw new Error(answer.detail);
  }
}

function instancesOf(target: FaultTarget): readonly string[] {
  return target.kind === 'instances' ? target.instances : [];
}
