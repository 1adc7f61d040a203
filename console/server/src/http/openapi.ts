import { problemSchema } from '@faultline/chassis/core';
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { VERSION } from '../version.ts';

/** Describes every route that is registered afterwards; the document is `/api/openapi.json`. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Faultline control plane',
        description:
          'Launch the fleet, break its lines, see what happens. Errors are application/problem+json ' +
          'with a stable `code`.',
        version: VERSION,
      },
    },
    transform: (document) => {
      const { schema } = document;
      if (!schema || schema.hide) return jsonSchemaTransform(document);
      const withProblem = {
        ...schema,
        response: { ...(schema.response ?? {}), default: problemSchema.describe('A problem') },
      };
      return jsonSchemaTransform({ ...document, schema: withProblem });
    },
  });
  app.get('/api/openapi.json', { schema: { hide: true } }, () => app.swagger());
}
