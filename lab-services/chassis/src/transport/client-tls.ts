import { checkServerIdentity, createSecureContext, type ConnectionOptions } from 'node:tls';
import type { buildConnector } from 'undici';
// For the same reason as in `links/undici-pool.ts`.
// @ts-expect-error the file has no types of its own
import untypedBuildConnector from 'undici/lib/core/connect.js';
import type { Workloads } from '../configuration/workload.ts';
import type { LinkConfiguration, Workload } from '../core/index.ts';
import { serviceIn } from './peer.ts';

const build = untypedBuildConnector as typeof buildConnector;

/** How a link is encrypted, if it is. */
export type TlsMode = Exclude<LinkConfiguration['tls'], 'none'>;
type Certificate = NonNullable<Workload['tls']>;

/** Encrypted connections of this instance to others. */
export interface ClientTls {
  /**
   * Opens connections to instances of `callee`, each with the certificate of that moment; those
   * that are open go on with theirs. A callee whose certificate names another service is refused.
   */
  connector(callee: string, mode: TlsMode, timeoutMs: number): buildConnector.connector;
  /** The same for whoever brings a connector of its own; undefined before the first certificate. */
  settings(callee: string, mode: TlsMode): ConnectionOptions | undefined;
}

/** Creates the client side; it needs no certificate before the first connection. */
export function createClientTls(workloads: Workloads): ClientTls {
  const latest = new Map<string, { of: Certificate; settings: ConnectionOptions }>();
  const settings: ClientTls['settings'] = (callee, mode) => {
    const certificate = workloads.current?.tls;
    if (!certificate) return undefined;
    const key = `${callee} ${mode}`;
    const present = latest.get(key);
    if (present?.of === certificate) return present.settings;
    const made = settingsOf(certificate, callee, mode);
    latest.set(key, { of: certificate, settings: made });
    return made;
  };
  return {
    settings,
    connector(callee, mode, timeout) {
      let built: { of: Certificate; connect: buildConnector.connector } | undefined;
      return (options, callback) => {
        const certificate = workloads.current?.tls;
        if (!certificate) {
          queueMicrotask(() => callback(new Error('This instance has no certificate yet'), null));
          return;
        }
        if (built?.of !== certificate) {
          const tls = settingsOf(certificate, callee, mode) as buildConnector.BuildOptions;
          // A session that is taken up again would be one with the former certificate.
          const connect = build({ ...tls, timeout, allowH2: false, maxCachedSessions: 0 });
          built = { of: certificate, connect };
        }
        built.connect({ ...options, servername: callee }, callback);
      };
    },
  };
}

function settingsOf(
  { certificate, privateKey, authorities }: Certificate,
  callee: string,
  mode: TlsMode,
): ConnectionOptions {
  const own = mode === 'mutual' ? { cert: certificate, key: privateKey } : {};
  return {
    secureContext: createSecureContext({ ca: authorities, minVersion: 'TLSv1.2', ...own }),
    servername: callee,
    checkServerIdentity(host, shown) {
      const wrongName = checkServerIdentity(host, shown);
      if (wrongName) return wrongName;
      const service = serviceIn(shown.subjectaltname);
      if (service === callee) return undefined;
      return new Error(`The certificate is that of ${service ?? 'no service'}, not of ${callee}`);
    },
  };
}
