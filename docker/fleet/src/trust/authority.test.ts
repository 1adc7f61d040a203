import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { issueLeaf, LEAF_LIFE_MS, makeAuthority } from './authority.ts';

const NOW = Date.UTC(2031, 4, 5, 6, 7, 8);
const PAYMENTS = { service: 'payments', instance: 'payments-2' };

test('a certificate names its service and its instance, and lives for a quarter of an hour', () => {
  const leaf = issueLeaf(makeAuthority(NOW), PAYMENTS, NOW);
  const { subject, subjectAltName, validToDate, ca, keyUsage } = new X509Certificate(
    leaf.certificate,
  );
  expect(subject).toBe('CN=payments-2');
  expect(subjectAltName).toBe(
    'URI:spiffe://faultline/service/payments, DNS:payments, DNS:payments-2',
  );
  expect(validToDate.getTime()).toBe(NOW + LEAF_LIFE_MS);
  expect(leaf.notAfter).toBe(NOW + LEAF_LIFE_MS);
  expect(ca).toBe(false);
  expect(keyUsage).toEqual(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
});

test('it is signed by its authority and by no other one', () => {
  const [mine, other] = [makeAuthority(NOW), makeAuthority(NOW)];
  const leaf = new X509Certificate(issueLeaf(mine, PAYMENTS, NOW).certificate);
  const [signer, stranger] = [mine, other].map((one) => new X509Certificate(one.certificate));
  expect(leaf.checkIssued(signer!)).toBe(true);
  expect(leaf.verify(signer!.publicKey)).toBe(true);
  expect(leaf.checkIssued(stranger!)).toBe(false);
  expect(leaf.verify(stranger!.publicKey)).toBe(false);
  expect(signer!.ca).toBe(true);
});

test('its key is its own, and a TLS stack takes both', () => {
  const authority = makeAuthority(NOW);
  const { certificate: cert, privateKey: key } = issueLeaf(authority, PAYMENTS, NOW);
  expect(() => createSecureContext({ cert, key, ca: authority.certificate })).not.toThrow();
  const { privateKey: foreign } = issueLeaf(authority, PAYMENTS, NOW);
  expect(() => createSecureContext({ cert, key: foreign })).toThrow(/mismatch/);
});

test('serial numbers and keys are never the same', () => {
  const authority = makeAuthority(NOW);
  const leaves = Array.from({ length: 50 }, () => issueLeaf(authority, PAYMENTS, NOW));
  const serials = leaves.map((leaf) => new X509Certificate(leaf.certificate).serialNumber);
  expect(new Set(serials).size).toBe(50);
  expect(new Set(leaves.map(({ privateKey }) => privateKey)).size).toBe(50);
});

test('openssl finds nothing wrong with the chain', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'faultline-ca-'));
  const authority = makeAuthority(Date.now());
  const leaf = issueLeaf(authority, PAYMENTS, Date.now());
  const [ca, certificate] = [join(folder, 'ca.pem'), join(folder, 'leaf.pem')];
  await writeFile(ca, authority.certificate);
  await writeFile(certificate, leaf.certificate);
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', ca, certificate];
  expect(execFileSync('openssl', args, { encoding: 'utf8' })).toContain(': OK');
  await rm(folder, { recursive: true });
});
