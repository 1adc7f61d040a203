import { createHash, randomBytes, sign, type KeyObject } from 'node:crypto';
import {
  bits,
  explicit,
  implicit,
  integer,
  objectId,
  octets,
  sequence,
  setOf,
  time,
  utf8,
  yes,
} from './der.ts';

/** What a certificate says. Times: milliseconds since the Unix epoch. */
export interface CertificateContents {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  /** Public key of the issuer, which is how chains are found when names are the same. */
  issuerKey: KeyObject;
  notBefore: number;
  notAfter: number;
  /** For an authority: it signs certificates and nothing else. For a leaf: its names. */
  kind: { authority: true } | { authority: false; uri: string; dns: readonly string[] };
}

/** ECDSA with SHA-256 (RFC 5758, section 3.2). */
const SIGNATURE = sequence(objectId('1.2.840.10045.4.3.2'));
/** Bits of a key's usage, first bit first: 0 digital signature, 5 signs certificates, 6 and lists. */
const SIGNS_MESSAGES = bits(Buffer.of(0b1000_0000), 7);
const SIGNS_CERTIFICATES = bits(Buffer.of(0b0000_0110), 1);

/**
 * Makes an X.509 certificate (RFC 5280, section 4.1) with a random serial number, PEM:
 *
 *     Certificate    ::= SEQUENCE { TBSCertificate, AlgorithmIdentifier, signature BIT STRING }
 *     TBSCertificate ::= SEQUENCE { [0] version, serialNumber, AlgorithmIdentifier, issuer,
 *                          validity, subject, subjectPublicKeyInfo, [3] extensions }
 *
 * @param signingKey private key of the issuer, on the curve P-256
 */
export function makeCertificate(contents: CertificateContents, signingKey: KeyObject): string {
  const version3 = explicit(0, integer(Buffer.of(2)));
  const toBeSigned = sequence(
    version3,
    integer(randomBytes(16)),
    SIGNATURE,
    nameOf(contents.issuer),
    sequence(time(contents.notBefore), time(contents.notAfter)),
    nameOf(contents.subject),
    infoOf(contents.publicKey),
    explicit(3, sequence(...extensionsOf(contents))),
  );
  const signature = sign('sha256', toBeSigned, signingKey);
  const der = sequence(toBeSigned, SIGNATURE, bits(signature));
  const lines = der.toString('base64').replace(/.{64}(?!$)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}

function extensionsOf({ kind, publicKey, issuerKey }: CertificateContents): Buffer[] {
  const identifiers = [
    extension('2.5.29.14', octets(keyIdentifier(publicKey))),
    extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuerKey)))),
  ];
  if (kind.authority) {
    const noFurtherAuthority = integer(Buffer.of(0));
    return [
      critical('2.5.29.19', sequence(yes(), noFurtherAuthority)),
      critical('2.5.29.15', SIGNS_CERTIFICATES),
      ...identifiers,
    ];
  }
  const names = [
    implicit(6, Buffer.from(kind.uri)),
    ...kind.dns.map((name) => implicit(2, Buffer.from(name))),
  ];
  const serverAndClient = [objectId('1.3.6.1.5.5.7.3.1'), objectId('1.3.6.1.5.5.7.3.2')];
  return [
    critical('2.5.29.19', sequence()),
    critical('2.5.29.15', SIGNS_MESSAGES),
    extension('2.5.29.37', sequence(...serverAndClient)),
    extension('2.5.29.17', sequence(...names)),
    ...identifiers,
  ];
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), octets(value));
}

/** One that a reader must understand, or refuse the certificate. */
function critical(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), yes(), octets(value));
}

function nameOf(commonName: string): Buffer {
  return sequence(setOf(sequence(objectId('2.5.4.3'), utf8(commonName))));
}

function infoOf(publicKey: KeyObject): Buffer {
  return publicKey.export({ type: 'spki', format: 'der' });
}

/** SHA-1 of the key itself (RFC 5280, section 4.2.1.2, method 1): a name, no protection. */
function keyIdentifier(publicKey: KeyObject): Buffer {
  const pointBytes = 65;
  return createHash('sha1').update(infoOf(publicKey).subarray(-pointBytes)).digest();
}
