import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';

const unzip = { gzip: promisify(gunzip), deflate: promisify(inflate) };

/** Largest request as it arrives, bytes. Exporters send some 500 spans, about 250 KB. */
export const MAX_BODY_BYTES = 8 * 1024 * 1024;
/** Largest request after decompression, bytes: a bomb is cut off here, not in memory. */
export const MAX_DECOMPRESSED_BYTES = 16 * 1024 * 1024;

/** A body as its sender wrote it, or why it cannot be had. */
export type Unpacked =
  | { ok: true; bytes: Buffer }
  | { ok: false; reason: 'invalid' | 'too-large' | 'unsupported'; problem: string };

/** Undoes `content-encoding`; never makes more than {@link MAX_DECOMPRESSED_BYTES}. */
export async function unpack(body: Buffer, contentEncoding: string | undefined): Promise<Unpacked> {
  const encoding = contentEncoding ?? 'identity';
  if (encoding === 'identity' || encoding === '') return { ok: true, bytes: body };
  if (encoding !== 'gzip' && encoding !== 'deflate') {
    return {
      ok: false,
      reason: 'unsupported',
      problem: `content-encoding: gzip, deflate or identity, received ${encoding.slice(0, 40)}`,
    };
  }
  try {
    const bytes = await unzip[encoding](body, { maxOutputLength: MAX_DECOMPRESSED_BYTES });
    return { ok: true, bytes };
  } catch (error) {
    if (error instanceof RangeError) {
      return {
        ok: false,
        reason: 'too-large',
        problem: `body: at most ${MAX_DECOMPRESSED_BYTES} bytes after decompression`,
      };
    }
    return { ok: false, reason: 'invalid', problem: `body: not ${encoding}` };
  }
}
