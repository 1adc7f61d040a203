import { z } from 'zod';

/** Query of a list that is read in pages by key: rows after `after`, at most `limit` of them. */
export const keysetQuerySchema = z.object({
  after: z.string().max(64).default(''),
  limit: z.coerce.number().int().min(1).max(5_000).default(1_000),
});
