import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createManualClock } from '@faultline/chassis/core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LEAF_LIFE_MS } from './authority.ts';
import { openCertificates } from './certificates.ts';

const ORDERS = { service: 'orders', instance: 'orders-1' };
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'faultline-certificates-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function open() {
  const clock = createManualClock(Date.UTC(2030, 0, 1));
  let changes = 0;
  const certificates = await openCertificates({ dataDir, clock, changed: () => (changes += 1) });
  return { clock, certificates, changes: () => changes };
}

/** Certificates of a chain, as OpenSSL reads them. */
const split = (pem: string) =>
  pem.match(/-----BEGIN[^]+?-----END CERTIFICATE-----/g)!.map((one) => new X509Certificate(one));

test('a certificate stays until two thirds of its life are over, then it is renewed', async () => {
  const { clock, certificates, changes } = await open();
  const first = certificates.of(ORDERS);
  await clock.advance((LEAF_LIFE_MS * 2) / 3 - 1);
  expect(certificates.of(ORDERS).certificate).toBe(first.certificate);
  expect(changes()).toBe(0);
  await clock.advance(1);
  expect(changes()).toBe(1);
  const second = certificates.of(ORDERS);
  expect(second.certificate).not.toBe(first.certificate);
  expect(second.notAfter).toBeGreaterThan(first.notAfter);
  certificates[Symbol.dispose]();
});

test('a certificate that is to be expired is, through renewals too, until that is taken back', async () => {
  const { clock, certificates, changes } = await open();
  const other = { service: 'orders', instance: 'orders-2' };
  certificates.of(ORDERS);
  certificates.of(other);
  certificates.setExpired('orders-1', true);
  expect(changes()).toBe(1);
  const validTo = ({ certificate }: { certificate: string }) =>
    new X509Certificate(certificate).validToDate.getTime();
  expect(validTo(certificates.of(ORDERS))).toBeLessThan(clock.now());
  certificates.renew();
  expect(validTo(certificates.of(ORDERS))).toBeLessThan(clock.now());
  expect(validTo(certificates.of(other))).toBeGreaterThan(clock.now());
  await clock.advance(LEAF_LIFE_MS);
  expect(certificates.isExpired('orders-1')).toBe(true);
  certificates.setExpired('orders-1', false);
  expect(certificates.isExpired('orders-1')).toBe(false);
  expect(validTo(certificates.of(ORDERS))).toBeGreaterThan(clock.now());
  certificates[Symbol.dispose]();
});

test('the authority is kept over launches, its key for its user only', async () => {
  const former = await open();
  const { authorities } = former.certificates.of(ORDERS);
  const next = await open();
  expect(next.certificates.of(ORDERS).authorities).toBe(authorities);
  expect(await readFile(join(dataDir, 'ca.pem'), 'utf8')).toBe(authorities);
  expect((await stat(join(dataDir, 'authority.json'))).mode & 0o777).toBe(0o600);
  expect(authorities).not.toContain('PRIVATE');
});

test('a new authority is known before it signs, and the old one until its leaves are gone', async () => {
  const { clock, certificates, changes } = await open();
  const before = certificates.of(ORDERS);
  const rotated = certificates.rotateAuthority();
  await expect.poll(changes).toBe(1);
  expect(split(certificates.of(ORDERS).authorities)).toHaveLength(2);
  expect(certificates.of(ORDERS).certificate).toBe(before.certificate);

  await clock.advance(2000);
  await rotated;
  const after = certificates.of(ORDERS);
  expect(split(after.authorities)).toHaveLength(2);
  const [current] = split(after.authorities);
  expect(new X509Certificate(after.certificate).checkIssued(current!)).toBe(true);
  expect(new X509Certificate(before.certificate).checkIssued(current!)).toBe(false);

  await clock.advance(LEAF_LIFE_MS);
  expect(split(certificates.of(ORDERS).authorities)).toHaveLength(1);
  certificates[Symbol.dispose]();
});
