import type { ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { KeySet } from './key-ring.ts';

const keysSchema = z.object({
  current: z.string(),
  next: z.string(),
  retired: z.array(z.string()),
});

/** What an operator may do with the signing keys. */
export interface KeyDesk {
  rotate(): Promise<KeySet>;
  replace(dropFormer: boolean): Promise<KeySet>;
  /** Takes over what another instance has done. */
  reload(): Promise<KeySet>;
}

/** Registers what an operator may do with the signing keys. */
export function registerKeyRoutes(app: ServiceApp, desk: KeyDesk): void {
  const schema = { hide: true, response: { 200: keysSchema } };

  app.post('/internal/keys/rotate', { schema }, async () => namesOf(await desk.rotate()));
  app.post('/internal/keys/reload', { schema }, async () => namesOf(await desk.reload()));
  app.post(
    '/internal/keys/replace',
    { schema: { ...schema, body: z.strictObject({ dropFormer: z.boolean() }) } },
    async ({ body }) => namesOf(await desk.replace(body.dropFormer)),
  );
}

function namesOf({ current, next, retired }: KeySet): z.infer<typeof keysSchema> {
  return { current: current.kid, next: next.kid, retired: retired.map(({ kid }) => kid) };
}
