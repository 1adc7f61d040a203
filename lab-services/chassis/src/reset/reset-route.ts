import { z } from 'zod';
import type { ServiceApp } from '../service.ts';
import type { ResetBook } from './reset-book.ts';

const bodySchema = z.strictObject({ data: z.boolean() });
const answerSchema = z.object({
  /** Whether business data were emptied and seeded; false where the service has none. */
  data: z.boolean(),
});

/**
 * `POST /internal/reset {data}`: the service as at its first start. One instance is told
 * `data: true`, then the others `false`, which forget what they remember.
 */
export function addResetRoute(app: ServiceApp, book: ResetBook): void {
  app.post(
    '/internal/reset',
    { schema: { hide: true, body: bodySchema, response: { 200: answerSchema } } },
    async (request) => ({ data: await book.reset(request.body.data) }),
  );
}
