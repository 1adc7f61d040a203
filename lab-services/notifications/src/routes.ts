import { keysetQuerySchema, type ServiceApp } from '@faultline/chassis';
import { z } from 'zod';
import type { Audit } from './audit.ts';
import type { NotificationRepository } from './notification-repository.ts';

const notificationSchema = z.object({
  notificationId: z.string(),
  eventId: z.string(),
  orderId: z.string(),
  customerId: z.string(),
  outcome: z.enum(['confirmed', 'failed']),
  message: z.string(),
  sentAt: z.number(),
});

interface Parts {
  notifications: NotificationRepository;
  audit: Audit;
}

/** Registers the routes of the notifications. */
export function registerRoutes(app: ServiceApp, { notifications, audit }: Parts): void {
  app.get(
    '/notifications',
    {
      schema: {
        querystring: z.object({
          orderId: z.string().max(64).optional(),
          customerId: z.string().max(64).optional(),
          limit: z.coerce.number().int().min(1).max(100).default(20),
        }),
        response: { 200: z.object({ notifications: z.array(notificationSchema) }) },
      },
    },
    async ({ query }) => ({ notifications: await notifications.list(query) }),
  );

  app.get('/internal/audit/orders', { schema: { querystring: keysetQuerySchema } }, ({ query }) =>
    audit.orders(query.after, query.limit),
  );
}
