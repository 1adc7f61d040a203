/**
 * The password of a seeded person: 120 bits that only the holder of the launch's seed can tell.
 *
 * @param seed `Workload.passwordSeed`
 * @param user `customer-001`
 */
export async function derivePassword(seed: string, user: string): Promise<string> {
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(seed), algorithm, false, ['sign']);
  const mac = await crypto.subtle.sign('HMAC', key, bytes.encode(`password of ${user}`));
  return toBase64Url(new Uint8Array(mac).subarray(0, 15));
}

/** RFC 4648, section 5, without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
